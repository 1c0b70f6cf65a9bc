// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

/**
 * Knows which trace a thread works for, so that slow statements can name it. Found by {@link java.util.ServiceLoader};
 * the module {@code opentelemetry} brings one. See {@link dev.wellhead.database.TraceIds}.
 */
@FunctionalInterface
public interface TraceSource {

    /** The id of the trace that the calling thread works for; empty for none. Must be fast and must not block. */
    String traceId();
}
