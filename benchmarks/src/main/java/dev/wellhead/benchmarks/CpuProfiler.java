// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * CPU time of the whole process for each call. With one thread on a quiet machine it is the time by the clock; on a busy
 * one it leaves out the waiting for a core.
 */
public final class CpuProfiler implements InternalProfiler {

    static final String NAME = "cpu.norm";

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long startNanos;

    /** One line. */
    @Override
    public String getDescription() {
        return "CPU time of the process for each call";
    }

    /** Reads the clock. */
    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        startNanos = system.getProcessCpuTime();
    }

    /** The difference, over all calls. */
    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long cpuNanos = system.getProcessCpuTime() - startNanos;
        long calls = Math.max(1, result.getMetadata().getAllOps());
        return List.of(new ScalarResult(NAME, (double) cpuNanos / calls, "ns/op", AggregationPolicy.AVG));
    }
}
