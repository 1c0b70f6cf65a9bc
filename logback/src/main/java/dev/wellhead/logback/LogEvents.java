// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static dev.wellhead.logback.LogEvent.event;
import static org.slf4j.event.Level.DEBUG;
import static org.slf4j.event.Level.ERROR;
import static org.slf4j.event.Level.INFO;
import static org.slf4j.event.Level.TRACE;
import static org.slf4j.event.Level.WARN;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The table of all events that Wellhead's own modules write to their logs. */
public final class LogEvents {

    private static final String OWN = "dev.wellhead.";

    private static final String LEAK =
            "Connection leak detected {\"count\":1,\"connections\":[{\"id\":\"{connection}\","
                    + "\"duration\":{heldMs},\"operation\":\"{operation}\"}]}";

    private static final List<LogEvent> POOL = List.of(
            event("pool configured", "A pool is about to open its first connection, with these sizes and limits.", INFO)
                    .classic("Pool configuration: min={minIdle}, max={maxSize}"),
            event("pool opened", "The pool serves from now on.", INFO)
                    .classic("Database connection pool initialized successfully"),
            event(
                            "database connected",
                            "The first connection of the pool is open, or the first after connects that failed.",
                            INFO)
                    .classic("Database connected successfully"),
            event(
                            "connection opened",
                            "A connection has come into the pool. At DEBUG with log.connections=false.",
                            INFO,
                            DEBUG)
                    .classic("New client connected to database"),
            event(
                            "connection closed",
                            "A connection has left the pool, for the reason it names. At DEBUG with log.connections=false.",
                            INFO,
                            DEBUG)
                    .classic("Client removed from pool"),
            event(
                            "unhealthy connection cleaned up",
                            "A connection was of no use any more and was closed. Nothing to do, unless it goes on: then look at the"
                                    + " network and the server's log.",
                            WARN)
                    .classic("Cleaning up unhealthy connection: {connection} ({reason})"),
            event(
                    "connect failed",
                    "The database gave no connection. The cause says why; the pool goes on trying.",
                    WARN),
            event(
                            "start attempt failed",
                            "The first connection could not be opened. It is tried as often as pool.start-retries says.",
                            WARN)
                    .classic("Database operation failed, attempt {attempt}"),
            event(
                            "connection broken",
                            "A connection in use was lost. All others are validated, and those that died are replaced.",
                            WARN)
                    .classic("Unexpected pool error"),
            event(
                    "server takes no writes",
                    "What should be the primary refuses writes. Connections are opened anew; if it goes on, look which server"
                            + " the name leads to.",
                    WARN),
            event(
                            "connection usage high",
                            "More than 80 % of the pool are in use, for a second at least. Look at who holds connections, and for"
                                    + " how long; said once a minute.",
                            WARN)
                    .classic("High connection usage: {active}/{maxSize} active"),
            event(
                            "pool saturated",
                            "All connections are in use and callers wait, for a second at least. Find long leases and slow"
                                    + " statements before the pool is made larger; said once a minute.",
                            WARN)
                    .classic("Connection pool saturated"
                            + " {\"waiting\":{waiting},\"active\":{active},\"maxPoolSize\":{maxSize}}"),
            event(
                            "leak suspected",
                            "A connection is held for longer than pool.leak-threshold. The line says who holds it and where"
                                    + " that thread is now.",
                            WARN)
                    .classic(LEAK),
            event(
                            "connection abandoned",
                            "A handle became garbage without close(). Close connections in try-with-resources.",
                            WARN)
                    .classic(LEAK),
            event(
                    "lease reclaimed by force",
                    "A connection that was reported as a leak was taken back. Its holder gets an error; mend the place named.",
                    WARN),
            event(
                    "nested acquire",
                    "A thread waits for a connection while it holds another of this pool. Enough of them wait for ever: hand"
                            + " the first connection on.",
                    WARN),
            event(
                    "transaction left open was rolled back",
                    "A connection was given back with an open transaction. Commit or roll back before close().",
                    WARN),
            event(
                    "reset failed",
                    "What a holder had changed could not be put back. The connection was replaced.",
                    WARN),
            event("pool paused", "An operator holds callers back.", INFO),
            event("pool resumed", "Callers are served again.", INFO),
            event("pool reset", "An operator has all connections replaced; none from before is handed out again.", WARN)
                    .code("E2001")
                    .classic("Connection pool reset completed"),
            event("pool reconfigured", "Other settings are in force.", INFO),
            event("pool drained", "Newcomers were refused and leases have ended, or the limit was over.", INFO),
            event("pool closing", "The pool refuses callers and waits for leases to end.", INFO)
                    .classic("Closing database pool..."),
            event("pool closed", "All connections of the pool are closed.", INFO)
                    .classic("Database pool closed"),
            event("login changed", "Another login counts for new connections. Those from before are renewed.", INFO),
            event("clock jumped", "The process or its machine stood still. All connections are validated.", WARN),
            event("host changed", "One of several hosts has another role or state.", INFO, WARN),
            event("connections move to another host", "Another host is the one to write to now.", WARN),
            event(
                    "more than one host claims to be the primary",
                    "Two hosts take writes. Fence the one that is not used before data diverges.",
                    ERROR),
            event("no replica is fit, reads go where writes go", "No replica is up and near enough.", WARN),
            event(
                    "host name leads elsewhere",
                    "The database's name has another address. Connections are renewed.",
                    INFO),
            event(
                    "connection dropped unclosed",
                    "Closes hang in the driver, so sockets are left to the server's limits. Look at the network.",
                    WARN),
            event(
                    "session may still be there",
                    "A statement ran over its limit and the server could not be told to end it. End that backend by hand.",
                    WARN),
            event(
                    "ceiling too low for idle connections",
                    "max-total is below the sum of all min-idle. Raise the one or lower the others.",
                    WARN),
            event(
                    "each connection has a database of its own, which ends with it",
                    "A database in memory without a name is private to its connection. Name and share it.",
                    WARN),
            event("listener failed", "A listener of the program threw. Mend it; the pool goes on.", WARN),
            event(
                    "listener is behind, events are dropped",
                    "A listener of the program is too slow. Let it hand on.",
                    WARN),
            event("statement observer failed", "Who is told of statements threw. The statement itself went on.", DEBUG),
            event("retry observer failed", "Who is told of retries threw. The call itself went on.", DEBUG),
            event(
                    "trace source failed",
                    "What tells the trace of a slow statement cannot be used. Look at the cause.",
                    WARN,
                    DEBUG),
            event("jmx bean not registered", "The pool is not shown through JMX, for the cause named.", WARN),
            event("jmx bean not unregistered", "The pool's JMX bean could not be taken away.", WARN),
            event("jmx name is taken", "Another pool has that JMX name. A number is added.", DEBUG),
            event("jmx bean is gone already", "Somebody else has taken the JMX bean away.", DEBUG),
            event(
                            "background task failed",
                            "A fault of Wellhead's own in the background. Report it, with its stack.",
                            ERROR)
                    .classic("Unexpected pool error"),
            event(
                            "no thread for a background task",
                            "The JVM gave no thread. Raise the limit of threads or memory.",
                            ERROR)
                    .classic("Unexpected pool error"),
            event("sessions not ended", "A cancel over a second connection failed. It is tried again.", DEBUG),
            event("validation failed", "A connection did not answer its validation. It is replaced.", DEBUG),
            event("cancel failed", "The driver could not cancel a statement.", DEBUG),
            event("close failed", "The driver's close threw. The socket is aborted.", DEBUG),
            event("abort failed", "The driver's abort threw.", DEBUG));

    private static final List<LogEvent> DATABASE = List.of(
            event("call failed", "No connection was free in time. Look at who holds them.", WARN, ERROR, DEBUG)
                    .when("code=E2001")
                    .classic("Connection pool exhausted - troubleshoot"),
            event("call failed", "A call ran over its time limit and was ended.", WARN, ERROR, DEBUG)
                    .when("code=E2002")
                    .classic("Query timeout exceeded"),
            event(
                            "call failed",
                            "A call ended with the error of that code. `wellhead explain CODE` says what to do; at DEBUG where it"
                                    + " is a matter of the statement alone.",
                            WARN,
                            ERROR,
                            DEBUG)
                    .classic("Database query failed: {operation} (attempt {attempts})"),
            event(
                    "call done",
                    "A call has ended, with its time. At INFO with log.queries=true, else at DEBUG.",
                    INFO,
                    DEBUG),
            event("retry scheduled", "An attempt failed and there is another. `attempt` is the one to come.", WARN)
                    .classic("Query failed (attempt {attempt-1}), retrying in {delayMs}ms: {cause}"),
            event(
                            "retry refused",
                            "What might have been tried again is not, because of the deadline or the budget.",
                            WARN)
                    .classic("Database operation failed, attempt {attempts}"),
            event(
                    "alert fired",
                    "A value is over its threshold for longer than its rule allows. docs/alerts.md says what to do.",
                    WARN,
                    ERROR),
            event("alert resolved", "The value of an alert is low enough again.", INFO),
            event(
                    "alert not delivered",
                    "A webhook or Alertmanager did not take an alert, or too many wait for it. Look at its address.",
                    WARN),
            event("alert delivery failed", "One attempt to deliver an alert failed. It is tried again.", DEBUG),
            event("alert sink failed", "A sink of the program's own threw. The others are told.", WARN),
            event("watch failed", "The look at which databases there are failed. The next is a second later.", WARN),
            event("slow query", "Work took longer than slow-query-threshold. Look at its plan.", WARN)
                    .classic("Slow query: {operation} took {elapsedMs}ms"),
            event(
                            "slow statement",
                            "A statement of work without an operation took longer than slow-query-threshold. Ask for its"
                                    + " plan by the fingerprint.",
                            WARN)
                    .classic("Slow query: {fingerprint} took {elapsedMs}ms"),
            event("transaction rolled back", "The work of a transaction threw, and all of it is undone.", WARN)
                    .when("complete=true")
                    .classic("Database transaction failed: rollback completed"),
            event(
                            "transaction rolled back",
                            "The work of a transaction threw, and its rollback as well. The server ends it with the connection.",
                            WARN)
                    .classic("Database transaction failed: rollback failed"),
            event("release failed", "Work was done, and giving its connection back failed.", WARN),
            event(
                    "transaction hook failed",
                    "A hook of the program threw. The transaction stands as it is.",
                    WARN,
                    DEBUG),
            event("stream not closed", "A stream became garbage open. Open it in try-with-resources.", WARN),
            event(
                    "pool statistics",
                    "The pool as it is, and what has happened since the line before: every log.statistics-interval.",
                    INFO),
            event("statistics not written", "A fault of Wellhead's own. Report it, with its stack.", WARN),
            event(
                            "health check failed",
                            "The database did not answer, or not as it should. The verdict says what to do.",
                            WARN)
                    .classic("Database health check failed"),
            event("health recovered", "The database answers again.", INFO),
            event(
                    "health part out",
                    "Something else that the program depends on does not work. `error` says why.",
                    WARN),
            event("health part recovered", "It works again.", INFO),
            event("breaker opened", "Calls are refused at once until the database answers.", ERROR),
            event("breaker closed", "Calls are let through again.", INFO),
            event("breaker listener failed", "A listener of the program threw. Mend it.", WARN),
            event("error classifier failed", "A classifier of the program threw. The table judges alone.", WARN, DEBUG),
            event(
                    "commit answer lost",
                    "A connection broke after COMMIT was sent. `outcome` is what was found out; with UNKNOWN the caller has"
                            + " the token.",
                    WARN),
            event("backend fenced", "The session of a lost COMMIT was ended, so that its outcome is final.", WARN),
            event("commit outcome by table", "Lost answers are found out by the table wellhead_outcome.", INFO),
            event(
                    "commit outcome by transaction number",
                    "Lost answers are found out by the transaction's number.",
                    INFO),
            event("commit outcome off", "Lost answers cannot be found out with this database.", WARN),
            event("commit outcome not found out yet", "The database could not be asked yet. It is asked again.", DEBUG),
            event("commit outcome token not burnt", "The token is there already, or could not be written.", DEBUG),
            event("commit outcome rows not deleted", "Old rows stay until the next transaction.", DEBUG),
            event("commit outcome table not created", "The login may not create tables.", DEBUG),
            event("no network timeout", "The driver cannot limit a network call.", DEBUG),
            event("rollback failed", "A rollback behind the scenes failed. The connection is replaced.", DEBUG),
            event("control connection lost", "The connection of the health checks died. A new one is opened.", DEBUG),
            event("control connection cut failed", "A hanging check could not be cut off.", DEBUG),
            event("control connection close failed", "The driver's close threw.", DEBUG),
            event("server not asked", "The server does not tell its limits. There is no advice from it.", DEBUG),
            event("health look failed", "A fault of Wellhead's own. Report it, with its stack.", WARN),
            event("a call could not be ended", "A fault of Wellhead's own. Report it, with its stack.", ERROR));

    private static final List<LogEvent> CONFIG = List.of(
            event("configuration loaded", "These databases and this profile, and why that profile.", INFO),
            event(
                    "configuration problem",
                    "A setting is wrong (ERROR) or probably not meant. The line has the mend.",
                    WARN,
                    ERROR),
            event("configuration kept", "A reload found errors. What was in force stays in force.", ERROR),
            event("configuration unchanged", "A reload found nothing new.", INFO),
            event("configuration changed", "A key has another value. `effect` says whether it counts yet.", INFO, WARN),
            event("configuration reloaded", "A reload is done.", INFO),
            event("database added", "A reload has found a database more.", INFO, ERROR),
            event("database removed", "A database is not configured any more. It stays until a restart.", WARN));

    private static final List<LogEvent> SERVER = List.of(
            event("server started", "HTTP is served at that address.", INFO),
            event("server draining", "The process was told to stop. Work is finished first.", INFO),
            event("server drained", "Work is finished, or the limit was over.", INFO),
            event("server stopped", "HTTP is not served any more.", INFO),
            event(
                    "certificate reloaded",
                    "The files of the certificate have changed. New connections are shown the new one.",
                    INFO),
            event(
                    "certificate kept",
                    "The files of the certificate have changed and cannot be used. What was in use stays. Mend them: they are read again.",
                    ERROR),
            event(
                    "admin action",
                    "An operator did this, from that address. `result` is `done`, or the status of the refusal.",
                    INFO),
            event(
                    "admin refused",
                    "Somebody who may not act tried to, from that address. Told once a second at most; `notLogged` counts the others.",
                    WARN),
            event("request failed", "A fault of Wellhead's own. Report it, with its stack.", ERROR),
            event("stream ended", "A reader of /api/stream has gone.", DEBUG),
            event("stream failed", "A fault of Wellhead's own. Report it, with its stack.", WARN),
            event("stream was over", "A reader of /api/stream had gone before its end was told.", DEBUG),
            event("request refused", "A request was answered with a status of 400 or more.", DEBUG),
            event(
                    "health check is slow, answering with the last known report",
                    "A check takes more than a second.",
                    DEBUG),
            event("health check failed to run", "A fault of Wellhead's own. Report it, with its stack.", WARN),
            event("closing the socket failed", "The port could not be given back.", DEBUG));

    private static final List<LogEvent> MONGO = List.of(
            event("mongodb connected", "A server answers, and the least number of connections is open to it.", INFO)
                    .classic("Database connected successfully"),
            event("mongodb not reached", "The first contact failed; it is tried again after the pause named.", WARN),
            event("mongodb closed", "All connections are closed, at the program's wish.", INFO)
                    .classic("Database pool closed"),
            event(
                    "mongodb status not read",
                    "The login may not read serverStatus. Its role is clusterMonitor.",
                    DEBUG));

    private static final List<LogEvent> EMBEDDED = List.of(
            event("embedded postgres started", "The embedded server runs at that port.", INFO),
            event("embedded postgres stopped", "The embedded server has ended.", INFO),
            event("embedded postgres unpacked", "Its programs were unpacked, once for this machine.", INFO),
            event("embedded postgres data created", "Its folder of data is new.", INFO),
            event("embedded postgres was unpacked by another process", "Nothing to do.", DEBUG),
            event("cache folder exists", "Nothing to do.", DEBUG),
            event(
                    "embedded postgres left over from an owner that was killed",
                    "The old server is stopped first.",
                    WARN),
            event("embedded postgres still runs", "It did not heed a signal. A stronger one follows.", WARN),
            event("embedded postgres still being stopped by another thread", "Nothing to do.", WARN),
            event("embedded postgres not stopped at exit", "It may still run. End it by hand.", ERROR),
            event(
                    "embedded postgres data set aside",
                    "The data could not be used. Look into the folder or delete it.",
                    WARN),
            event("embedded postgres port file unreadable", "Any free port is taken.", WARN),
            event("embedded postgres running file unreadable", "It is taken as not running.", WARN),
            event("exit hook stays", "The process ends already.", TRACE));

    private static final List<LogEvent> ALL = Stream.of(POOL, DATABASE, CONFIG, SERVER, MONGO, EMBEDDED)
            .flatMap(List::stream)
            .toList();

    /** The longest words first, so that the more precise event wins. */
    private static final List<LogEvent> BY_LENGTH = ALL.stream()
            .sorted(Comparator.comparing((LogEvent row) -> -row.words().length()))
            .toList();

    private LogEvents() {}

    /** All rows: those of the pool first, then of the database, the configuration, the server, the embedded server. */
    public static List<LogEvent> all() {
        return ALL;
    }

    /** Whether that logger is one of Wellhead's. */
    static boolean isOwn(String logger) {
        return logger.startsWith(OWN);
    }

    /** The row of that line. */
    static Optional<LogEvent> find(LogLine line) {
        return BY_LENGTH.stream()
                .filter(row -> begins(line.start(), row.words()) && row.holds(line))
                .findFirst();
    }

    private static boolean begins(String text, String words) {
        return text.startsWith(words)
                && (text.length() == words.length() || !Character.isLetterOrDigit(text.charAt(words.length())));
    }
}
