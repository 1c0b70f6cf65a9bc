// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import java.sql.SQLException;
import java.time.Duration;

/** Says in words why a login failed and what to do: by its SQLSTATE, and by the server's words where that leaves a choice. */
final class LoginJudge {
    private final PoolConfig pool;
    private final Duration limit;

    LoginJudge(PoolConfig pool, Duration limit) {
        this.pool = pool;
        this.limit = limit;
    }

    /** Who logs in, as it may be shown. */
    static String user(PoolConfig pool) {
        if (pool.credentials() instanceof Credentials login) {
            return login.username().isEmpty() ? "(the driver's default user)" : login.username();
        }
        return "(credentials provider)";
    }

    void judge(SQLException failure, Findings findings) {
        var state = Causes.sqlState(failure);
        var said = Causes.text(failure);
        findings.fact("sqlState", state);
        findings.fact("error", said);
        findings.say("refused" + (state.isEmpty() ? "" : ", SQLSTATE " + state));
        if (said.startsWith("No JDBC driver")) {
            findings.refused("url", said, "add the driver's jar, or mend the URL's scheme");
        } else if (Causes.isTimeout(failure)) {
            findings.unreachable(
                    "the login took longer than " + limit.toMillis() + " ms",
                    "look whether the server is overloaded or frozen; pool.connect-timeout is the limit");
        } else if (Causes.isOtherProtocol(failure)) {
            Causes.complainOfProtocol(pool.shownUrl(), failure, findings);
        } else if (Causes.isTls(failure)) {
            findings.refused(
                    "tls.mode",
                    "TLS failed: " + said,
                    "see the step tls; tls.mode, tls.ca-cert and tls.client-cert decide");
        } else if (!byState(state, said, findings)) {
            if (state.startsWith("08")) {
                findings.unreachable(
                        "the connection was lost or refused: " + said, "look at the server's log at this very time");
            } else {
                findings.refused("url", "the server refuses the login: " + said, "do what the server's words say");
            }
        }
    }

    private boolean byState(String state, String said, Findings findings) {
        var user = user(pool);
        switch (state) {
            case "28P01" ->
                findings.refused(
                        "password",
                        "the server refuses the password of user " + user + ": " + said,
                        "mend the password (DB_PASSWORD, password-file or the URL); of a role that does not exist the server says the same");
            case "28000" -> notAdmitted(user, said, findings);
            case "3D000" ->
                findings.refused(
                        "url",
                        "the server has no such database: " + said,
                        "mend the database's name, or create it: CREATE DATABASE ...");
            case "42501" ->
                findings.refused(
                        "username",
                        "user " + user + " may not connect to this database: " + said,
                        "grant it: GRANT CONNECT ON DATABASE ... TO " + user);
            case "53300" ->
                findings.refused(
                        "pool.max-size",
                        "the server admits no more connections: " + said,
                        "close some (pg_stat_activity tells whose they are), lower the pools' sizes or raise max_connections");
            case "57P03" ->
                findings.unreachable(
                        "the server takes no logins at this moment: " + said,
                        "wait until it has started or recovered; its log tells how far it is");
            case "08P01" ->
                findings.refused(
                        "pool.pooled",
                        "something between us and the server refuses the start of the session: " + said,
                        "a pooler in front? set pool.pooled=true, or allow startup options in the pooler");
            case "08004" -> rejected(user, said, findings);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void notAdmitted(String user, String said, Findings findings) {
        if (said.contains("pg_hba.conf")) {
            findings.refused(
                    "username",
                    "the server's rules admit no such login from this machine: " + said,
                    "add a line to pg_hba.conf for this user, database and address, and reload; where it says 'no encryption', set tls.mode=require");
        } else {
            findings.refused(
                    "username",
                    "the server does not know or does not admit the role " + user + ": " + said,
                    "mend the user name, or create it: CREATE ROLE " + user + " LOGIN PASSWORD '...'");
        }
    }

    private void rejected(String user, String said, Findings findings) {
        boolean none = pool.credentials() instanceof Credentials login
                && login.password().isEmpty();
        findings.refused(
                none ? "password" : "username",
                none ? "the server asks user " + user + " for a password and none is configured" : said,
                none
                        ? "set DB_PASSWORD, password-file or put the password into DATABASE_URL"
                        : "do what the server's words say");
    }
}
