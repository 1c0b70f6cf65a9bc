// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static dev.wellhead.database.ErrorCode.*;
import static dev.wellhead.database.ErrorKind.AMBIGUOUS;
import static dev.wellhead.database.ErrorKind.NEVER;
import static dev.wellhead.database.ErrorKind.RETRY_ANYWHERE;
import static dev.wellhead.database.ErrorKind.RETRY_TRANSACTION;
import static dev.wellhead.database.ErrorRow.Dialect.ANY;
import static dev.wellhead.database.ErrorRow.Dialect.MYSQL;
import static dev.wellhead.database.ErrorRow.Dialect.POSTGRESQL;

import dev.wellhead.database.ErrorRow.Dialect;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The errors of databases, as data: kind by (SQLSTATE or vendor code, phase). The first row that holds decides; a more
 * particular key is asked before its class, a vendor's code before the SQLSTATE.
 *
 * <p>{@link ErrorKind#RETRY_ANYWHERE} stands only where nothing was sent. Later the same error is a rollback for
 * certain (inside of a transaction) or ambiguous (COMMIT or a statement that commits by itself was sent).
 */
final class ErrorTable {

    private static final Set<Phase> EARLY = EnumSet.of(Phase.CONNECT, Phase.NOT_SENT);
    private static final Set<Phase> IN_TX = EnumSet.of(Phase.IN_TRANSACTION);
    private static final Set<Phase> SENT = EnumSet.of(Phase.COMMIT_SENT, Phase.AUTOCOMMIT_SENT);
    private static final Set<Phase> COMMIT = EnumSet.of(Phase.COMMIT_SENT);
    private static final Set<Phase> NOT_COMMIT = EnumSet.complementOf(EnumSet.of(Phase.COMMIT_SENT));
    private static final Set<Phase> ALL = EnumSet.allOf(Phase.class);

    private static final List<ErrorRow> ROWS = rows();

    private ErrorTable() {}

    static List<ErrorRow> all() {
        return ROWS;
    }

    private static List<ErrorRow> rows() {
        var table = new Rows();
        own(table);
        connections(table);
        transactions(table);
        limits(table);
        statements(table);
        mysql(table);
        return List.copyOf(table.rows);
    }

    /** What this library refuses by itself; see RefusalReason. */
    private static void own(Rows table) {
        for (var exhausted : List.of("08W01", "08W02", "08W03", "08W04")) {
            table.unsent(ANY, exhausted, Meaning.OVERLOADED, E2001, E2001);
        }
        table.unsent(ANY, "08W05", Meaning.OVERLOADED, E2004, E2004);
        table.add(ANY, "08W06", ALL, NEVER, Meaning.OTHER, E2005);
        table.unsent(ANY, "08W07", Meaning.UNREACHABLE, E2003, E2003);
        table.add(ANY, "08W08", ALL, NEVER, Meaning.CANCELLED, E2006);
        table.add(ANY, "08W09", ALL, NEVER, Meaning.OVERLOADED, E2001);
        table.add(ANY, CommitCheck.REFUSED, ALL, NEVER, Meaning.OTHER, E2013);
        table.add(ANY, OwnFault.MAPPING, ALL, NEVER, Meaning.OTHER, E2015);
        table.add(ANY, OwnFault.NO_ROW, ALL, NEVER, Meaning.OTHER, E2016);
        table.add(ANY, OwnFault.TOO_MANY_ROWS, ALL, NEVER, Meaning.OTHER, E2017);
    }

    private static void connections(Rows table) {
        table.add(ANY, "08007", IN_TX, AMBIGUOUS, Meaning.CONNECTION_LOST, E2010);
        table.unsent(ANY, "08", Meaning.UNREACHABLE, E2003, E2010);
        for (var ended : List.of("57P01", "57P02", "57P03", "57P05")) {
            table.unsent(POSTGRESQL, ended, Meaning.UNREACHABLE, E2003, E2010);
        }
        table.unsent(POSTGRESQL, "53300", Meaning.OVERLOADED, E2011, E2011);
        table.add(POSTGRESQL, "57P04", ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009);
        table.add(POSTGRESQL, "3D000", ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009);
        table.add(ANY, "28", ALL, NEVER, Meaning.AUTHENTICATION, E2008);
    }

    private static void transactions(Rows table) {
        table.add(ANY, "40003", ALL, AMBIGUOUS, Meaning.CONNECTION_LOST, E2010);
        table.add(ANY, "40", ALL, RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012);
        table.add(POSTGRESQL, "55P03", ALL, RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012);
        table.add(POSTGRESQL, "26000", ALL, RETRY_TRANSACTION, Meaning.OTHER, E2007);
        table.add(ANY, "25006", ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014);
        table.add(
                POSTGRESQL,
                "0A000",
                ALL,
                "cached plan must not change result type",
                new Judgement(RETRY_TRANSACTION, Meaning.OTHER, E2007));
    }

    private static void limits(Rows table) {
        table.add(ANY, "57014", COMMIT, AMBIGUOUS, Meaning.TIMEOUT, E2002);
        table.add(ANY, "57014", NOT_COMMIT, NEVER, Meaning.TIMEOUT, E2002);
        for (var unanswered : List.of(ExpiredCall.NO_ANSWER, ExpiredCall.NOT_WANTED_NO_ANSWER)) {
            boolean isLimit = unanswered.equals(ExpiredCall.NO_ANSWER);
            var meaning = isLimit ? Meaning.TIMEOUT : Meaning.CANCELLED;
            var code = isLimit ? E2002 : E2006;
            table.add(ANY, unanswered, SENT, AMBIGUOUS, meaning, code);
            table.add(ANY, unanswered, ALL, NEVER, meaning, code);
        }
        table.add(ANY, ExpiredCall.NOT_WANTED, COMMIT, AMBIGUOUS, Meaning.CANCELLED, E2006);
        table.add(ANY, ExpiredCall.NOT_WANTED, NOT_COMMIT, NEVER, Meaning.CANCELLED, E2006);
        table.add(POSTGRESQL, "25P03", ALL, NEVER, Meaning.TIMEOUT, E2007);
        table.add(POSTGRESQL, "25P04", ALL, NEVER, Meaning.TIMEOUT, E2007);
        table.add(ANY, "53", ALL, NEVER, Meaning.RESOURCE, E2007);
        table.add(ANY, "54", ALL, NEVER, Meaning.RESOURCE, E2007);
        table.add(ANY, "58", ALL, NEVER, Meaning.RESOURCE, E2007);
        table.add(ANY, "57", ALL, NEVER, Meaning.CANCELLED, E2007);
    }

    private static void statements(Rows table) {
        table.add(ANY, "23", ALL, NEVER, Meaning.CONSTRAINT, E2007);
        table.add(ANY, "42501", ALL, NEVER, Meaning.PERMISSION, E2007);
        table.add(ANY, "42", ALL, NEVER, Meaning.SYNTAX, E2007);
        table.add(ANY, "3F", ALL, NEVER, Meaning.SYNTAX, E2007);
        for (var other : List.of("0A", "22", "25", "2D", "3B", "55", "P0", "XX")) {
            table.add(ANY, other, ALL, NEVER, Meaning.OTHER, E2007);
        }
    }

    private static void mysql(Rows table) {
        for (var full : List.of("#1040", "#1203", "#1226")) {
            table.unsent(MYSQL, full, Meaning.OVERLOADED, E2011, E2011);
        }
        for (var lost : List.of(
                "#2002", "#2003", "#2006", "#2013", "#2055", "#1927", "#4031", "#1158", "#1159", "#1160", "#1161")) {
            table.unsent(MYSQL, lost, Meaning.UNREACHABLE, E2003, E2010);
        }
        for (var conflict : List.of("#1213", "#1205", "#1614", "#3572", "#3101", "#1020", "#1180")) {
            table.add(MYSQL, conflict, ALL, RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012);
        }
        for (var readOnly : List.of("#1290", "#1836")) {
            table.add(MYSQL, readOnly, ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014);
        }
        for (var constraint : List.of("#1062", "#1451", "#1452")) {
            table.add(MYSQL, constraint, ALL, NEVER, Meaning.CONSTRAINT, E2007);
        }
        for (var syntax : List.of("#1064", "#1146")) {
            table.add(MYSQL, syntax, ALL, NEVER, Meaning.SYNTAX, E2007);
        }
        table.add(MYSQL, "#1044", ALL, NEVER, Meaning.PERMISSION, E2007);
        table.add(MYSQL, "#1045", ALL, NEVER, Meaning.AUTHENTICATION, E2008);
        table.add(MYSQL, "#1049", ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009);
    }

    private static final class Rows {
        private final List<ErrorRow> rows = new ArrayList<>();

        void add(Dialect dialect, String key, Set<Phase> phases, ErrorKind kind, Meaning meaning, ErrorCode code) {
            add(dialect, key, phases, null, new Judgement(kind, meaning, code));
        }

        void add(Dialect dialect, String key, Set<Phase> phases, @Nullable String text, Judgement judgement) {
            rows.add(new ErrorRow(dialect, key, phases, text, judgement));
        }

        /** An error of the connection: harmless before anything was sent, a rollback in a transaction, else in doubt. */
        void unsent(Dialect dialect, String key, Meaning meaning, ErrorCode early, ErrorCode late) {
            var lateMeaning = late == E2010 ? Meaning.CONNECTION_LOST : meaning;
            add(dialect, key, EARLY, RETRY_ANYWHERE, meaning, early);
            add(dialect, key, IN_TX, RETRY_TRANSACTION, lateMeaning, late);
            add(dialect, key, SENT, AMBIGUOUS, lateMeaning, late);
        }
    }
}
