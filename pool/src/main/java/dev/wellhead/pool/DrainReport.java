// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.time.Duration;
import java.util.List;

/**
 * How a drain or a close ended.
 *
 * @param complete whether every lease was released in time
 * @param took how long it took
 * @param remaining leases still held when the time was over; if the pool was closed, their statements were cancelled and
 *     their connections aborted
 */
public record DrainReport(boolean complete, Duration took, List<Lease> remaining) {}
