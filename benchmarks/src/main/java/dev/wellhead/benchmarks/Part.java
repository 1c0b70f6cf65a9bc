// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

/** A part of the benchmarks, as {@code benchmarks/run} has them. New ones go into {@link Parts#ALL}. */
interface Part {

    /** As commands have it. */
    String name();

    /** A line for the usage. */
    String what();

    /** What the numbers in the documentation are made with; takes less than 25 minutes. */
    Effort full();

    /** What {@code benchmarks/run quick} does; takes about two minutes and shows roughly the same. */
    Effort quick();

    /** The oldest JDK that can run it. */
    default int oldestJdk() {
        return 17;
    }

    /**
     * Measures, and tells of progress on the standard error.
     *
     * @return tables, in Markdown
     * @throws IncompleteException when something could not be measured; it has the tables of the rest
     * @throws Exception when nothing could be; it says why
     */
    String run(Effort effort) throws Exception;
}
