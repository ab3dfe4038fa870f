-- The login that workers share. `version` counts the changes of `record`; a change that is not the next one is refused.
-- `lease_owner` refreshes the token until `leased_until`.
CREATE TABLE IF NOT EXISTS segno_tokens (
    name         text PRIMARY KEY,
    version      bigint NOT NULL DEFAULT 0,
    record       text,
    lease_owner  text,
    leased_until timestamptz,
    changed_at   timestamptz NOT NULL DEFAULT now()
);

-- The webhook deliveries that were accepted, for as long as they could be verified again.
CREATE TABLE IF NOT EXISTS segno_deliveries (
    name       text NOT NULL,
    signature  text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (name, signature)
);

CREATE INDEX IF NOT EXISTS segno_deliveries_expiry ON segno_deliveries (expires_at);
