// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.TraceSource;
import dev.wellhead.pool.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Which trace the calling thread works for. */
public final class TraceIds {

    private static final Logger LOG = LoggerFactory.getLogger(TraceIds.class);
    private static final int LONGEST = 64;

    private TraceIds() {}

    /** Looked for when the first is asked for. */
    private static final class Sources {
        private static final List<TraceSource> ALL = find();

        private static List<TraceSource> find() {
            var found = new ArrayList<TraceSource>();
            try {
                ServiceLoader.load(TraceSource.class, TraceSource.class.getClassLoader())
                        .forEach(found::add);
            } catch (ServiceConfigurationError e) {
                LOG.warn("trace source failed cause={}", e.getClass().getSimpleName(), Secret.mask(e));
            }
            return List.copyOf(found);
        }
    }

    /**
     * What the first {@link TraceSource} says that knows one, else {@code trace_id} or {@code traceId} of the logging
     * context; empty for none. At most 64 characters. Never blocks, never throws.
     */
    public static String current() {
        for (var source : Sources.ALL) {
            var id = asked(source);
            if (!id.isEmpty()) {
                return cut(id);
            }
        }
        var noted = MDC.get("trace_id");
        var other = noted == null ? MDC.get("traceId") : noted;
        return other == null ? "" : cut(other);
    }

    private static String asked(TraceSource source) {
        try {
            return source.traceId();
        } catch (RuntimeException e) {
            LOG.debug("trace source failed", Secret.mask(e));
            return "";
        }
    }

    private static String cut(String id) {
        return id.length() <= LONGEST ? id : id.substring(0, LONGEST);
    }
}
