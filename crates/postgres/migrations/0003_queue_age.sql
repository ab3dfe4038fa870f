-- `age`: a job's place in the order of its priority. Unlike `due` it stays while a job is worked on, so that one whose worker was lost
-- comes back to its place.
ALTER TABLE segno_jobs ADD COLUMN IF NOT EXISTS age timestamptz NOT NULL DEFAULT now();
UPDATE segno_jobs SET age = due WHERE due < age;
CREATE INDEX IF NOT EXISTS segno_jobs_age ON segno_jobs (queue, priority, age, id) WHERE due IS NOT NULL;

-- What workers say of themselves, each until a time.
CREATE TABLE IF NOT EXISTS segno_notices (
    queue  text NOT NULL,
    holder text NOT NULL,
    said   text NOT NULL,
    until  timestamptz NOT NULL,
    PRIMARY KEY (queue, holder)
);
