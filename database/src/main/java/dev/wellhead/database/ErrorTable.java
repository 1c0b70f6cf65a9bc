// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static dev.wellhead.database.ErrorCode.*;
import static dev.wellhead.database.ErrorKind.AMBIGUOUS;
import static dev.wellhead.database.ErrorKind.NEVER;
import static dev.wellhead.database.ErrorKind.RETRY_ANYWHERE;
import static dev.wellhead.database.ErrorKind.RETRY_TRANSACTION;

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
    private static final Set<Phase> LATE = EnumSet.complementOf(EnumSet.copyOf(EARLY));
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
        List<ErrorRow> rows = new ArrayList<>();
        own(new Rows(rows, Dialect.ANY, "Wellhead, RefusalReason and its own checks"));
        standard(new Rows(rows, Dialect.ANY, "ISO/IEC 9075-2, SQLSTATE class and subclass values"));
        postgres(new Rows(
                rows, Dialect.POSTGRESQL, "PostgreSQL 18, Appendix A: postgresql.org/docs/18/errcodes-appendix.html"));
        mysql(new Rows(
                rows,
                Dialect.MYSQL,
                "MySQL 8.4 Error Message Reference: dev.mysql.com/doc/mysql-errors/8.4/en; MariaDB Error Codes:"
                        + " mariadb.com/kb/en/mariadb-error-codes"));
        h2(new Rows(rows, Dialect.H2, "H2, org.h2.api.ErrorCode: h2database.com/javadoc/org/h2/api/ErrorCode.html"));
        sqlite(new Rows(rows, Dialect.SQLITE, "SQLite, Result and Error Codes: sqlite.org/rescode.html"));
        sqlServer(new Rows(
                rows,
                Dialect.SQLSERVER,
                "SQL Server, Database Engine events and errors, and Azure SQL, transient connection errors:"
                        + " learn.microsoft.com/sql/relational-databases/errors-events"));
        oracle(new Rows(rows, Dialect.ORACLE, "Oracle Database Error Messages: docs.oracle.com/error-help/db"));
        return List.copyOf(rows);
    }

    /** What this library refuses by itself; see RefusalReason. */
    private static void own(Rows table) {
        table.unsent(Meaning.OVERLOADED, E2001, E2001, "08W01", "08W02", "08W03", "08W04");
        table.unsent(Meaning.OVERLOADED, E2004, E2004, "08W05");
        table.add(ALL, NEVER, Meaning.OTHER, E2005, "08W06");
        table.unsent(Meaning.UNREACHABLE, E2003, E2003, "08W07");
        table.add(ALL, NEVER, Meaning.CANCELLED, E2006, "08W08");
        table.add(ALL, NEVER, Meaning.OVERLOADED, E2001, "08W09");
        table.unsent(Meaning.UNREACHABLE, E2019, E2019, Breaker.REFUSED);
        table.add(ALL, NEVER, Meaning.OTHER, E2013, CommitCheck.REFUSED);
        table.add(ALL, RETRY_TRANSACTION, Meaning.CONNECTION_LOST, E2010, OutcomeFault.ABORTED);
        table.add(ALL, AMBIGUOUS, Meaning.CONNECTION_LOST, E2018, OutcomeFault.UNKNOWN);
        table.add(SENT, AMBIGUOUS, Meaning.TIMEOUT, E2002, ExpiredCall.NO_ANSWER);
        table.add(ALL, NEVER, Meaning.TIMEOUT, E2002, ExpiredCall.NO_ANSWER);
        table.add(ALL, RETRY_TRANSACTION, Meaning.TIMEOUT, E2002, ExpiredCall.ROLLED_BACK);
        table.add(ALL, NEVER, Meaning.CANCELLED, E2006, ExpiredCall.NOT_WANTED_ROLLED_BACK);
        table.add(SENT, AMBIGUOUS, Meaning.CANCELLED, E2006, ExpiredCall.NOT_WANTED_NO_ANSWER);
        table.add(ALL, NEVER, Meaning.CANCELLED, E2006, ExpiredCall.NOT_WANTED_NO_ANSWER);
        table.add(COMMIT, AMBIGUOUS, Meaning.CANCELLED, E2006, ExpiredCall.NOT_WANTED);
        table.add(NOT_COMMIT, NEVER, Meaning.CANCELLED, E2006, ExpiredCall.NOT_WANTED);
        table.add(ALL, NEVER, Meaning.OTHER, E2015, OwnFault.MAPPING);
        table.add(ALL, NEVER, Meaning.OTHER, E2016, OwnFault.NO_ROW);
        table.add(ALL, NEVER, Meaning.OTHER, E2017, OwnFault.TOO_MANY_ROWS);
    }

    private static void standard(Rows table) {
        table.add(IN_TX, AMBIGUOUS, Meaning.CONNECTION_LOST, E2010, "08007");
        table.lost("08");
        table.add(ALL, AMBIGUOUS, Meaning.CONNECTION_LOST, E2010, "40003");
        table.conflict("40");
        table.add(ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014, "25006");
        table.ended("57014");
        table.add(ALL, NEVER, Meaning.AUTHENTICATION, E2008, "28");
        table.never(Meaning.RESOURCE, "53", "54", "58");
        table.never(Meaning.CANCELLED, "57");
        table.never(Meaning.CONSTRAINT, "23");
        table.never(Meaning.PERMISSION, "42501");
        table.never(Meaning.SYNTAX, "42", "3F");
        table.never(Meaning.OTHER, "0A", "22", "25", "2D", "3B", "55", "P0", "XX");
    }

    private static void postgres(Rows table) {
        table.lost("57P01", "57P02", "57P03", "57P05");
        table.unsent(Meaning.OVERLOADED, E2011, E2011, "53300");
        table.add(ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009, "57P04", "3D000");
        table.conflict("55P03");
        table.add(ALL, RETRY_TRANSACTION, Meaning.OTHER, E2007, "26000");
        table.text(
                "cached plan must not change result type",
                ALL,
                new Judgement(RETRY_TRANSACTION, Meaning.OTHER, E2007),
                "0A000");
        table.never(Meaning.TIMEOUT, "25P03", "25P04");
        table.never(
                Meaning.OTHER,
                "02",
                "03",
                "09",
                "0B",
                "0F",
                "0L",
                "0P",
                "0Z",
                "20",
                "21",
                "24",
                "27",
                "2B",
                "2F",
                "34",
                "38",
                "39",
                "44",
                "72",
                "F0",
                "HV");
    }

    private static void mysql(Rows table) {
        table.unsent(Meaning.OVERLOADED, E2011, E2011, "#1040", "#1203", "#1226");
        table.lost(
                "#2002", "#2003", "#2005", "#2006", "#2013", "#2055", "#1053", "#1927", "#3169", "#4031", "#1158",
                "#1159", "#1160", "#1161");
        // 1205 ends the statement alone by default; the rest is rolled back before the next attempt.
        table.conflict("#1213", "#1205", "#1614", "#3572", "#3101", "#1020", "#1180");
        // Of any option that forbids a statement; --read-only is one of them.
        table.text("read-only", ALL, new Judgement(RETRY_TRANSACTION, Meaning.READ_ONLY, E2014), "#1290");
        table.never(Meaning.PERMISSION, "#1290");
        table.add(ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014, "#1836");
        table.ended("#3024", "#1969");
        table.cancelled("#1317");
        table.never(
                Meaning.CONSTRAINT,
                "#1048",
                "#1062",
                "#1169",
                "#1216",
                "#1217",
                "#1451",
                "#1452",
                "#1557",
                "#1586",
                "#3819",
                "#4025");
        table.never(Meaning.SYNTAX, "#1054", "#1064", "#1146", "#1305");
        table.never(Meaning.PERMISSION, "#1044", "#1142", "#1143", "#1227", "#1370");
        table.add(ALL, NEVER, Meaning.AUTHENTICATION, E2008, "#1045", "#1130", "#1698");
        table.add(ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009, "#1049");
        table.never(Meaning.RESOURCE, "#1021", "#1037", "#1038", "#1041", "#1114");
    }

    private static void h2(Rows table) {
        table.conflict("#90131", "#50200");
        table.lost("#90067", "#90098", "#90121", "#90028", "#90031");
        table.unsent(Meaning.UNREACHABLE, E2003, E2003, "#90020");
        table.unsent(Meaning.OVERLOADED, E2011, E2011, "#90135");
        table.add(ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009, "#90013", "#90146", "#90149");
        table.add(ALL, NEVER, Meaning.READ_ONLY, E2014, "#90097");
        table.never(Meaning.PERMISSION, "#90096");
        table.never(Meaning.RESOURCE, "#90100", "#90108");
    }

    /** By the primary result code, which is what its driver gives. */
    private static void sqlite(Rows table) {
        table.add(EARLY, RETRY_ANYWHERE, Meaning.SERIALIZATION, E2012, "#5", "#6", "#15");
        table.add(LATE, RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012, "#5", "#6", "#15");
        table.add(ALL, RETRY_TRANSACTION, Meaning.OTHER, E2007, "#17");
        table.add(ALL, NEVER, Meaning.READ_ONLY, E2014, "#8");
        table.ended("#9");
        table.add(COMMIT, AMBIGUOUS, Meaning.RESOURCE, E2007, "#10");
        table.add(NOT_COMMIT, NEVER, Meaning.RESOURCE, E2007, "#10");
        table.never(Meaning.RESOURCE, "#7", "#11", "#13", "#26");
        table.add(ALL, NEVER, Meaning.UNREACHABLE, E2003, "#14");
        table.never(Meaning.CONSTRAINT, "#19");
        table.never(Meaning.PERMISSION, "#3", "#23");
        table.never(Meaning.SYNTAX, "#1");
        table.never(Meaning.OTHER, "#18", "#20", "#21", "#25");
    }

    private static void sqlServer(Rows table) {
        table.conflict("#1204", "#1205", "#1222", "#3960", "#3961");
        table.lost("#64", "#233", "#10053", "#10054", "#10060", "#4060", "#40613", "#40197", "#40143", "#40540");
        table.unsent(Meaning.OVERLOADED, E2011, E2011, "#40501", "#49918", "#49919", "#49920", "#10928", "#10929");
        table.add(ALL, NEVER, Meaning.AUTHENTICATION, E2008, "#18456", "#18452");
        table.add(ALL, NEVER, Meaning.UNKNOWN_DATABASE, E2009, "#911");
        table.add(ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014, "#3906");
        table.never(Meaning.CONSTRAINT, "#515", "#547", "#2601", "#2627");
        table.never(Meaning.SYNTAX, "#102", "#156", "#207", "#208");
        table.never(Meaning.PERMISSION, "#229", "#230", "#262");
        table.never(Meaning.RESOURCE, "#701", "#1105", "#9002", "#8645", "#8651");
    }

    private static void oracle(Rows table) {
        table.conflict("#60", "#8177", "#54", "#30006", "#51", "#2049");
        table.lost(
                "#12514", "#12541", "#12505", "#12528", "#12170", "#12537", "#12547", "#1033", "#1034", "#1089",
                "#1090", "#1092", "#28", "#1012", "#2396", "#3113", "#3114", "#3135", "#17002", "#17008", "#17410",
                "#25408");
        table.unsent(Meaning.OVERLOADED, E2011, E2011, "#18", "#20", "#12516", "#12519", "#12520");
        table.add(ALL, NEVER, Meaning.AUTHENTICATION, E2008, "#1005", "#1017", "#28000", "#28001");
        table.add(ALL, RETRY_TRANSACTION, Meaning.READ_ONLY, E2014, "#16000");
        table.ended("#1013");
        table.never(Meaning.CONSTRAINT, "#1", "#1400", "#2290", "#2291", "#2292");
        table.never(Meaning.SYNTAX, "#900", "#904", "#923", "#933", "#936", "#942");
        table.never(Meaning.PERMISSION, "#1031");
        table.never(Meaning.RESOURCE, "#1653", "#1654", "#1688", "#4030", "#4031", "#30036");
    }

    /** Adds the rows of one database. */
    private record Rows(List<ErrorRow> rows, Dialect dialect, String source) {

        void add(Set<Phase> phases, ErrorKind kind, Meaning meaning, ErrorCode code, String... keys) {
            text(null, phases, new Judgement(kind, meaning, code), keys);
        }

        void text(@Nullable String text, Set<Phase> phases, Judgement judgement, String... keys) {
            for (var key : keys) {
                rows.add(new ErrorRow(dialect, key, phases, text, judgement, source));
            }
        }

        /** An error of the connection: harmless before anything was sent, a rollback in a transaction, else in doubt. */
        void unsent(Meaning meaning, ErrorCode early, ErrorCode late, String... keys) {
            var lateMeaning = late == E2010 ? Meaning.CONNECTION_LOST : meaning;
            add(EARLY, RETRY_ANYWHERE, meaning, early, keys);
            add(IN_TX, RETRY_TRANSACTION, lateMeaning, late, keys);
            add(SENT, AMBIGUOUS, lateMeaning, late, keys);
        }

        void lost(String... keys) {
            unsent(Meaning.UNREACHABLE, E2003, E2010, keys);
        }

        void conflict(String... keys) {
            add(ALL, RETRY_TRANSACTION, Meaning.SERIALIZATION, E2012, keys);
        }

        /** By a time limit, or by somebody who asked for it. */
        void ended(String... keys) {
            add(COMMIT, AMBIGUOUS, Meaning.TIMEOUT, E2002, keys);
            add(NOT_COMMIT, NEVER, Meaning.TIMEOUT, E2002, keys);
        }

        void cancelled(String... keys) {
            add(COMMIT, AMBIGUOUS, Meaning.CANCELLED, E2007, keys);
            add(NOT_COMMIT, NEVER, Meaning.CANCELLED, E2007, keys);
        }

        void never(Meaning meaning, String... keys) {
            add(ALL, NEVER, meaning, E2007, keys);
        }
    }
}
