// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.cli.internal.ServerReading.Clock;
import dev.wellhead.cli.internal.ServerReading.Rights;
import dev.wellhead.cli.internal.ServerReading.Version;
import dev.wellhead.pool.PoolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Judges what a PostgreSQL server has said of itself. Asks nobody. */
final class ServerJudge {
    /** The oldest version that is looked after: its embedded build is the oldest that Wellhead is tried with. */
    static final int OLDEST_SUPPORTED = 14;

    private static final long MOST_CLOCK_MICROS = 1_000_000;

    private ServerJudge() {}

    static void version(Version version, String driver, Findings findings) {
        int major = version.number() / 10_000;
        boolean supported = major >= OLDEST_SUPPORTED;
        findings.fact("server", version.release());
        findings.fact("number", version.number());
        findings.fact("text", version.text());
        findings.fact("driver", driver);
        findings.fact("supported", supported);
        var product = version.text().split(" ", 2)[0];
        findings.say(product + " " + version.release() + (supported ? ", supported" : ", not supported"));
        findings.say("driver " + driver);
        if (!supported) {
            findings.warn(
                    "url",
                    "the server is PostgreSQL " + version.release() + "; supported is " + OLDEST_SUPPORTED
                            + " and newer",
                    "upgrade the server; nothing is known of how well an older one works");
        }
    }

    /** Judges by the reading with the shortest round trip. */
    static void clock(Clock clock, Findings findings) {
        double ahead = clock.aheadMicros() / 1e6;
        double uncertain = clock.uncertaintyMicros() / 1e6;
        findings.fact("aheadSeconds", ahead);
        findings.fact("plusMinusSeconds", uncertain);
        findings.say(String.format(
                Locale.ROOT,
                "the server's clock is %s by %s, ± %s",
                ahead < 0 ? "behind" : "ahead",
                seconds(Math.abs(ahead)),
                seconds(uncertain)));
        if (Math.abs(clock.aheadMicros()) - clock.uncertaintyMicros() > MOST_CLOCK_MICROS) {
            findings.warn(
                    "url",
                    "the clocks differ by " + seconds(Math.abs(ahead)) + ": the server's is "
                            + (ahead < 0 ? "behind" : "ahead"),
                    "let both machines keep time by NTP (chronyc tracking, timedatectl); expiries and logs do not fit together until then");
        }
    }

    private static String seconds(double value) {
        return value < 1
                ? String.format(Locale.ROOT, "%.2f ms", value * 1_000)
                : String.format(Locale.ROOT, "%.1f s", value);
    }

    /**
     * Judges what the login may do.
     *
     * @param settable whether it may change its statement_timeout
     * @param embedded whether this is the embedded server, whose only login is meant to be the superuser
     */
    static void rights(Rights rights, boolean settable, PoolConfig pool, boolean embedded, Findings findings) {
        var schema = rights.schema() == null ? "" : rights.schema();
        findings.fact("user", rights.user());
        findings.fact("superuser", rights.superuser());
        findings.fact("database", rights.database());
        findings.fact("connect", rights.mayConnect());
        findings.fact("createSchemas", rights.mayCreateSchema());
        findings.fact("schema", schema);
        findings.fact("createInSchema", rights.mayCreateInSchema());
        findings.fact("readOnly", rights.readOnly());
        findings.fact("standby", rights.inRecovery());
        findings.fact("seesOthersInActivity", rights.seesOthers());
        findings.fact("statementTimeoutMs", rights.statementTimeoutMillis());
        findings.fact("statementTimeoutSettable", settable);
        findings.say(rights.user() + (rights.superuser() ? " is a superuser" : "") + " in " + rights.database());
        List<String> can = new ArrayList<>();
        can.add(said(rights.mayCreateInSchema(), "create tables in " + (schema.isEmpty() ? "no schema" : schema)));
        can.add(said(rights.mayCreateSchema(), "create schemas"));
        can.add(said(!rights.readOnly(), "write"));
        can.add(said(rights.seesOthers(), "see others in pg_stat_activity"));
        can.add(said(settable, "set statement_timeout"));
        findings.say(String.join(", ", can));
        complain(rights, schema, pool, embedded, findings);
    }

    private static String said(boolean may, String what) {
        return (may ? "may " : "may not ") + what;
    }

    private static void complain(Rights rights, String schema, PoolConfig pool, boolean embedded, Findings findings) {
        if (rights.superuser() && !embedded) {
            findings.warn(
                    "username",
                    "the login " + rights.user() + " is a superuser: no right and no limit holds for it",
                    "make a role for the program: CREATE ROLE app LOGIN; and GRANT it what it needs");
        }
        if (schema.isEmpty()) {
            findings.warn(
                    "pool.schema",
                    "no schema of the search path exists or may be used: names without a schema will not be found",
                    "create it, GRANT USAGE on it, or ALTER ROLE ... SET search_path");
        }
        if (rights.readOnly() && !pool.readOnly()) {
            findings.warn(
                    "pool.read-only",
                    rights.inRecovery()
                            ? "the server is a standby: it refuses all writes"
                            : "transactions begin read-only here (default_transaction_read_only)",
                    rights.inRecovery()
                            ? "point the URL at the primary, or set pool.read-only=true if reading is all that is meant"
                            : "change it with ALTER ROLE or ALTER DATABASE, or set pool.read-only=true if that is meant");
        }
    }
}
