// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** By what the outcome of one transaction can be asked for. */
sealed interface OutcomeToken {

    /** Older ones are not asked about: their rows may be gone. */
    Duration MOST_AGE = Duration.ofDays(6);

    /** As text, for {@link CommitOutcomeUnknownException#token()}; empty where asking again is of no use. */
    Optional<String> text(String database);

    /** There is no way to find out. */
    record None() implements OutcomeToken {
        @Override
        public Optional<String> text(String database) {
            return Optional.empty();
        }
    }

    /** The transaction has written nothing. */
    record NothingWritten() implements OutcomeToken {
        @Override
        public Optional<String> text(String database) {
            return Optional.empty();
        }
    }

    /**
     * A row in the table.
     *
     * @param id of version 7: its first 48 bits are the time in milliseconds
     * @param backend the server's number of the session; 0 where it is not known
     * @param table with its schema
     */
    record InTable(UUID id, long backend, String table) implements OutcomeToken {

        private static final Pattern TEXT = Pattern.compile("([0-9a-f-]{36})_(\\d{1,18})_(.{1,200})");

        /** A fresh one. They grow with time, so that they go to one end of the index. */
        static InTable fresh(long epochMillis, long backend, String table) {
            var random = ThreadLocalRandom.current();
            long high = (epochMillis << 16) | 0x7000L | (random.nextInt() & 0x0fffL);
            long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
            return new InTable(new UUID(high, low), backend, table);
        }

        boolean isTooOld(long epochMillis) {
            long age = epochMillis - (id.getMostSignificantBits() >>> 16);
            return Math.abs(age) > MOST_AGE.toMillis();
        }

        @Override
        public Optional<String> text(String database) {
            return Optional.of("table/" + database + "/" + id + "_" + backend + "_" + table);
        }
    }

    /**
     * A transaction's number.
     *
     * @param xid the number
     * @param backend the server's number of the session
     * @param backendStart when that began, in seconds since 1970 with their fraction, as the server writes it
     * @param incarnation changes when the server may give numbers out again
     */
    record ByXid(String xid, long backend, String backendStart, String incarnation) implements OutcomeToken {

        private static final Pattern TEXT = Pattern.compile("(\\d{1,20})_(\\d{1,18})_([^_]{1,60})_([^_]{1,120})");

        @Override
        public Optional<String> text(String database) {
            return Optional.of("xid/" + database + "/" + xid + "_" + backend + "_" + backendStart + "_" + incarnation);
        }
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException when it is none of that database's
     */
    static OutcomeToken of(String text, String database) {
        var kind = text.substring(0, Math.max(0, text.indexOf('/')));
        if (kind.equals("table") || kind.equals("xid")) {
            var head = kind + "/" + database + "/";
            if (!text.startsWith(head)) {
                throw new IllegalArgumentException("The token is of another database than " + LogText.value(database)
                        + ": ask the one that threw it; token=" + LogText.value(text));
            }
            var rest = text.substring(head.length());
            var inTable = InTable.TEXT.matcher(rest);
            if (kind.equals("table") && inTable.matches()) {
                return new InTable(
                        UUID.fromString(inTable.group(1)), Long.parseLong(inTable.group(2)), inTable.group(3));
            }
            var byXid = ByXid.TEXT.matcher(rest);
            if (kind.equals("xid") && byXid.matches()) {
                return new ByXid(byXid.group(1), Long.parseLong(byXid.group(2)), byXid.group(3), byXid.group(4));
            }
        }
        throw new IllegalArgumentException("Not a token of a commit: " + LogText.value(text)
                + "; take it from CommitOutcomeUnknownException.token()");
    }
}
