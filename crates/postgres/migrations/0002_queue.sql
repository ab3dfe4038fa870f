-- What there is to do. `due`: when a job may be claimed; of a running one the end of its lease; NULL when it has ended. `fence` counts
-- the claims: whatever is written about a job is written only by the claim that is the last. `intent`: a thing that is about to be made,
-- which could be taken for that of another job.
CREATE TABLE IF NOT EXISTS segno_jobs (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue    text NOT NULL,
    key      text NOT NULL,
    name     text NOT NULL,
    payload  text NOT NULL,
    priority integer NOT NULL,
    state    text NOT NULL DEFAULT 'waiting',
    due      timestamptz,
    fence    bigint NOT NULL DEFAULT 0,
    holder   text,
    attempts integer NOT NULL DEFAULT 0,
    losses   integer NOT NULL DEFAULT 0,
    intent   text,
    journal  text,
    error    text,
    UNIQUE (queue, key)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX IF NOT EXISTS segno_jobs_due ON segno_jobs (queue, priority, due, id) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS segno_jobs_state ON segno_jobs (queue, state, id);
CREATE UNIQUE INDEX IF NOT EXISTS segno_jobs_intent ON segno_jobs (queue, intent) WHERE intent IS NOT NULL;

-- What was made, each thing by one job. Without a job: it was disowned.
CREATE TABLE IF NOT EXISTS segno_things (
    queue text NOT NULL,
    kind  text NOT NULL,
    id    text NOT NULL,
    alike text NOT NULL,
    job   bigint,
    at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (queue, kind, id)
);

CREATE INDEX IF NOT EXISTS segno_things_alike ON segno_things (queue, kind, alike);

-- Names that one holder at a time has.
CREATE TABLE IF NOT EXISTS segno_locks (
    queue  text NOT NULL,
    name   text NOT NULL,
    holder text NOT NULL,
    until  timestamptz NOT NULL,
    PRIMARY KEY (queue, name)
);
