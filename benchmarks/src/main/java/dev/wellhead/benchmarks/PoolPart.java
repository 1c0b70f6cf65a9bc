// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * A part that measures one pool at a time, each in a JVM of its own. In every round each case is measured with all pools,
 * one after the other, so that what else the machine does hits them alike; a ratio is that of two results of one round.
 */
interface PoolPart extends Part {

    /** What is measured apart, each with a table of its own; they are also the tables' headings. */
    List<String> cases();

    /** What of the results the tables have. */
    List<Column> columns();

    /**
     * Measures one pool, warm-up included. Called in the JVM of its own.
     *
     * @return the results by {@link Column#key}; what is missing is shown as a dash
     * @throws Exception ends the run
     */
    Map<String, Double> measure(PoolKind pool, String caseName, Effort effort) throws Exception;

    /** For the JVMs in which it measures, beside those that all have. */
    default List<String> jvmArguments() {
        return List.of();
    }

    @Override
    default String run(Effort effort) throws Exception {
        return PoolTable.measured(this, effort);
    }

    /**
     * A column of the tables.
     *
     * @param key which result it is
     * @param heading with its unit
     * @param format of one number, such as {@code %,.1f}
     * @param isCompared whether there is a second column, with how many times HikariCP's it is
     */
    record Column(String key, String heading, String format, boolean isCompared) {

        /** With a ratio to HikariCP's. */
        static Column compared(String key, String heading, String format) {
            return new Column(key, heading, format, true);
        }

        /** Without. */
        static Column alone(String key, String heading, String format) {
            return new Column(key, heading, format, false);
        }
    }
}
