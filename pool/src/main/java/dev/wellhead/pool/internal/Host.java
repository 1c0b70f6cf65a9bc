// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.HostRole;
import dev.wellhead.pool.HostState;
import dev.wellhead.pool.spi.HostSupport.HostUrl;
import dev.wellhead.pool.spi.HostSupport.Look;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One of several hosts, and what is known of it; guarded by the lock of {@link Hosts} where nothing else is said. */
final class Host {

    /** Looks in a row that must find a replica too far behind: the first change after a quiet time looks old at once. */
    private static final int LATE_LOOKS = 2;

    private final HostUrl url;
    private HostState state = HostState.UNKNOWN;
    private @Nullable Look look;
    private String trouble = "";
    private long upSinceNanos;
    private int lateLooks;
    /** For those who read, without the lock. */
    private volatile boolean readable;

    private volatile boolean answering;

    Host(HostUrl url) {
        this.url = url;
    }

    String address() {
        return url.address();
    }

    String url() {
        return url.jdbcUrl();
    }

    /** It answered. */
    void answered(Look said, @Nullable String cluster, Duration maxLag, long now) {
        if (state != HostState.UP) {
            upSinceNanos = now;
        }
        look = said;
        trouble = said.refused();
        boolean isLate = said.role() == HostRole.REPLICA
                && !maxLag.isZero()
                && said.lag().map(lag -> lag.compareTo(maxLag) > 0).orElse(true);
        lateLooks = isLate ? lateLooks + 1 : 0;
        if (cluster != null && !said.cluster().isEmpty() && !said.cluster().equals(cluster)) {
            state = HostState.OTHER_CLUSTER;
            trouble = "belongs to cluster " + said.cluster() + ", the others to " + cluster;
        } else if (lateLooks >= LATE_LOOKS || (isLate && state != HostState.UP)) {
            state = HostState.LAGGING;
        } else {
            state = HostState.UP;
        }
        answering = true;
        readable = state == HostState.UP && said.role() == HostRole.REPLICA;
    }

    /** It did not. */
    void failed(String why) {
        state = HostState.DOWN;
        trouble = why;
        lateLooks = 0;
        answering = false;
        readable = false;
    }

    HostState state() {
        return state;
    }

    /** What it was last seen to be. */
    HostRole role() {
        return look == null ? HostRole.UNKNOWN : look.role();
    }

    Optional<Duration> lag() {
        return look == null ? Optional.empty() : look.lag();
    }

    String cluster() {
        return look == null ? "" : look.cluster();
    }

    /** 0 where it is not known. */
    long timeline() {
        return look == null ? 0 : look.timeline().orElse(0);
    }

    String trouble() {
        return trouble;
    }

    /** Whether it is a replica that may be read from; for any thread. */
    boolean isReadable() {
        return readable;
    }

    /** Whether it answered when it was last asked; for any thread. */
    boolean isAnswering() {
        return answering;
    }

    boolean isUp() {
        return state == HostState.UP;
    }

    boolean isUpFor(long nanos, long now) {
        return isUp() && now - upSinceNanos >= nanos;
    }

    int rank(HostTarget wanted) {
        return isUp() ? wanted.rank(role()) : HostTarget.NEVER;
    }
}
