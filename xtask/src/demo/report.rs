//! The report of the demo: one page that needs nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use segno_soundslice::{Client, folders, recordings, slices};
use segno_syncpoint::formats::svg::{Drawing, draw};

use super::{Published, piece::Piece, player};
use crate::score::roadmap::{Names, road_map};
use crate::shell::root;

type Error = Box<dyn std::error::Error>;

/// The account as it now is.
pub(crate) struct Account {
    folders: Vec<folders::Folder>,
    slices: Vec<(slices::Slice, Vec<recordings::Recording>)>,
}

impl Account {
    /// Reads all folders at the top, all slices and their recordings.
    pub(crate) async fn read(client: &Client) -> Result<Self, Error> {
        let folders = client.send(&folders::List::new()).await?.into();
        let mut slices = Vec::new();
        let mut all = client.stream(&slices::List::new()).await?;
        while let Some(slice) = all.next().await {
            let slice = slice?;
            let recordings = client.send(&recordings::List::new(&slice.scorehash)).await?;
            slices.push((slice, recordings.into()));
        }
        Ok(Self { folders, slices })
    }
}

/// Writes the page and says where.
pub(crate) fn write(piece: &Piece, published: &Published, account: &Account) -> Result<PathBuf, Error> {
    let numbers: Vec<&str> = piece.score.structure.bars.iter().map(|bar| bar.number.as_str()).collect();
    let picture = draw(
        &published.map,
        &Drawing {
            title: &piece.title,
            grid: Some(&piece.grid),
            numbers: &numbers,
            crop: Some(published.crop),
            duration: Some(piece.map.last().time),
            width: 960,
            prefix: "map",
        },
    );
    let page = page(piece, published, account, &picture)?;
    let folder = root().join("target/demo");
    fs::create_dir_all(&folder)?;
    let file = folder.join("report.html");
    fs::write(&file, page)?;
    Ok(file)
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fdfcf8; --line: #d5d2c8; --dim: #5d5c57; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e1; --paper: #17181b; --line: #3b3c40; --dim: #a3a19a; } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.8rem; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
p.by { margin: 0 0 1.5rem; color: var(--dim); }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--dim); }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; } dt { color: var(--dim); } dd { margin: 0; }
";

fn page(piece: &Piece, published: &Published, account: &Account, picture: &str) -> Result<String, Error> {
    let mut page = String::new();
    let title = text(&piece.title);
    write!(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>")?;
    write!(
        page,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}{}</style>",
        player::STYLE
    )?;
    write!(page, "</head><body>")?;
    write!(page, "<h1>{title}</h1><p class=\"by\">{}</p>", text(&piece.composer))?;

    page.push_str("<dl>");
    let map = &published.map;
    let facts = [
        ("Slice", published.slice.to_string()),
        ("Recording", published.recording.to_string()),
        ("Bars", format!("{} written, {} played", piece.written(), piece.play.len())),
        ("Road map", road_map(&piece.score.structure, &piece.play, Names::Printed)),
        ("Syncpoints", format!("{} for {} bar lines", map.points().len(), piece.map.points().len())),
        ("Plays", format!("{:.1} s", published.crop.duration_of(piece.map.last().time))),
    ];
    for (term, value) in facts {
        write!(page, "<dt>{term}</dt><dd>{}</dd>", text(&value))?;
    }
    page.push_str("</dl>");

    write!(page, "<h2>Bars and seconds</h2><div class=\"scroll\">{picture}</div>")?;
    write!(page, "<h2>The score</h2>{}", player::draw(piece)?)?;
    write!(page, "<h2>The account as it now is</h2>{}", account_table(account)?)?;
    page.push_str("</body></html>\n");
    Ok(page)
}

/// Every slice with its recordings, under the folders at the top.
fn account_table(account: &Account) -> Result<String, Error> {
    let names: Vec<String> = account.folders.iter().map(|folder| text(&folder.name)).collect();
    let mut table = format!("<p>Folders: {}</p><div class=\"scroll\"><table><thead><tr>", names.join(", "));
    table.push_str("<th>Slice</th><th>Name</th><th>Artist</th><th>Folder</th><th>Notation</th><th>Recordings</th></tr></thead><tbody>");
    for (slice, recordings) in &account.slices {
        let mut list = String::new();
        for recording in recordings {
            let seconds =
                recording.cropped_duration.map_or_else(|| "no length yet".into(), |s| format!("{s:.1} s"));
            write!(
                list,
                "{}: {seconds}, {} syncpoints<br>",
                text(&recording.name),
                recording.syncpoint_count.unwrap_or_default()
            )?;
        }
        let folder = slice.folder_id.as_ref();
        let name = folder.and_then(|id| account.folders.iter().find(|folder| folder.id == *id));
        let folder = name.map_or_else(|| folder.map_or("", |id| id.as_str()), |folder| &folder.name);
        let notation = if slice.has_notation == Some(true) { "yes" } else { "no" };
        write!(
            table,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{notation}</td><td>{list}</td></tr>",
            text(slice.scorehash.as_str()),
            text(&slice.name),
            text(&slice.artist),
            text(folder),
        )?;
    }
    Ok(table + "</tbody></table></div>")
}

/// Text of others, safe between tags.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
