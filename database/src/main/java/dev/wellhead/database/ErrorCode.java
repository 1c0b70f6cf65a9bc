// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.List;

/**
 * The stable codes of failures: severity, title, what to do next, and a sentence that may be shown to anybody. Codes are
 * never given another meaning.
 */
public enum ErrorCode {
    /** Connection pool exhausted. */
    E2001(
            Severity.CRITICAL,
            "Connection pool exhausted",
            "All connections of the pool are in use, and none came free within acquire-timeout, or could have",
            "Find the longest holder in the leases; shorten its work, or raise max-size if the database can bear more",
            "The service is busy; try again shortly"),
    /** Query timeout exceeded. */
    E2002(
            Severity.ERROR,
            "Query timeout exceeded",
            "A statement ran for longer than its limit, or somebody cancelled it, and the database ended it",
            "Look at the statement's plan and locks, or raise statement-timeout for this database",
            "The request took too long"),
    /** Database unreachable. */
    E2003(
            Severity.CRITICAL,
            "Database unreachable",
            "No connection to the server could be made: it does not run, starts or stops, or the network does not lead to it",
            "Check that the server runs and that host and port are right; wellhead health shows the last connect failure",
            "The database cannot be reached; try again shortly"),
    /** Connection pool paused. */
    E2004(
            Severity.WARNING,
            "Connection pool paused",
            "The pool was paused by an operator, and not resumed within acquire-timeout",
            "An operator holds traffic back; resume the pool to go on",
            "The service is paused; try again shortly"),
    /** Connection pool closed. */
    E2005(
            Severity.ERROR,
            "Connection pool closed",
            "The pool was closed before the call, or while it waited",
            "The database was closed while it was still used; close it after its last caller",
            "The service is shutting down"),
    /** Call interrupted. */
    E2006(
            Severity.WARNING,
            "Call interrupted",
            "The calling thread was interrupted",
            "The calling thread was interrupted while it waited; nothing more was sent",
            "The request was cancelled"),
    /** Statement failed. */
    E2007(
            Severity.ERROR,
            "Statement failed",
            "The database refused the statement: its text, its data, or what the login may do",
            "Read the SQLSTATE and the cause; the statement or its data must change",
            "The request could not be processed"),
    /** Authentication failed. */
    E2008(
            Severity.CRITICAL,
            "Authentication failed",
            "The server refused the login",
            "Check user name, password and the server's rules of access (pg_hba.conf)",
            "The database cannot be reached"),
    /** Unknown database. */
    E2009(
            Severity.CRITICAL,
            "Unknown database",
            "The server has no database of that name, or it was dropped",
            "Create the database, or correct its name in the URL",
            "The database cannot be reached"),
    /** Connection lost. */
    E2010(
            Severity.ERROR,
            "Connection lost",
            "The connection broke after work had been sent over it",
            "Find out whether the work took effect before trying it again, unless kind says that it was rolled back",
            "The connection to the database was lost"),
    /** Database overloaded. */
    E2011(
            Severity.CRITICAL,
            "Database overloaded",
            "The server admits no more connections, or sheds load",
            "The server admits no more connections: lower max-size of its clients, or raise the server's limit",
            "The service is busy; try again shortly"),
    /** Transaction conflict. */
    E2012(
            Severity.WARNING,
            "Transaction conflict",
            "A deadlock, a serialization failure or a lock that was not to be had in time",
            "Another transaction was in the way and this one was rolled back; run the whole transaction again",
            "The request collided with another one; try again"),
    /** Commit refused. */
    E2013(
            Severity.ERROR,
            "Commit refused",
            "The transaction could only have been rolled back",
            "A statement or a joined part of the transaction failed and its error was caught, or the connection was"
                    + " closed; let errors through or use a savepoint, and leave close to the caller of the work",
            "The request could not be processed"),
    /** Database is read-only. */
    E2014(
            Severity.CRITICAL,
            "Database is read-only",
            "The server is a standby or is switched to read-only, or the transaction was begun so",
            "The server takes no writes, or the transaction was begun read-only, as that of a stream is: find the primary,"
                    + " or write outside of that transaction",
            "The database takes no changes at present"),
    /** Result and type do not agree. */
    E2015(
            Severity.ERROR,
            "Result and type do not agree",
            "The columns of the result and the type that rows were to become differ",
            "Give every column a component and every component a column (name columns with AS), or use a RowMapper",
            "The request could not be processed"),
    /** No row found. */
    E2016(
            Severity.ERROR,
            "No row found",
            "The statement gave no row where one was asked for",
            "Exactly one row was asked for: correct the condition, or ask for optional() where none is an answer too",
            "What was asked for does not exist"),
    /** More than one row found. */
    E2017(
            Severity.ERROR,
            "More than one row found",
            "The statement gave several rows where one was asked for",
            "At most one row was asked for: make the condition unique, or ask for list()",
            "The request could not be processed"),
    /** Commit outcome unknown. */
    E2018(
            Severity.CRITICAL,
            "Commit outcome unknown",
            "The connection was lost after COMMIT was sent, and what became of it could not be found out in time",
            "Do not run it again as it is: ask Database.commitOutcome(token) when the database answers, and run it again"
                    + " only after ABORTED",
            "Whether the request took effect is not known"),
    /** Breaker open. */
    E2019(
            Severity.ERROR,
            "Breaker open",
            "The database is in trouble, so calls are refused at once",
            "Ask wellhead health for the reason; try again after a second, or serve a fallback",
            "The database cannot be reached; try again shortly");

    private final Severity severity;
    private final String title;
    private final String cause;
    private final String nextStep;
    private final String safeMessage;

    ErrorCode(Severity severity, String title, String cause, String nextStep, String safeMessage) {
        this.severity = severity;
        this.title = title;
        this.cause = cause;
        this.nextStep = nextStep;
        this.safeMessage = safeMessage;
    }

    /** The code itself, such as {@code E2001}. */
    public String code() {
        return name();
    }

    /** What other tools call the same. */
    public List<String> aliases() {
        return switch (this) {
            case E2001 -> List.of("P2024");
            case E2003 -> List.of("P1001");
            default -> List.of();
        };
    }

    /** How bad it is. */
    public Severity severity() {
        return severity;
    }

    /** The constant first words of every text about it. */
    public String title() {
        return title;
    }

    /** What has happened, in general. */
    public String cause() {
        return cause;
    }

    /** What to do next. */
    public String nextStep() {
        return nextStep;
    }

    /** A sentence for anybody: no SQL, no host, no user. */
    public String safeMessage() {
        return safeMessage;
    }
}
