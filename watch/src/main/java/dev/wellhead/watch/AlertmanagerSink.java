// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.watch.internal.AlertJson;
import dev.wellhead.watch.internal.AlertPost;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells Prometheus' Alertmanager (its API v2). It takes an alert that it does not hear of for its {@code resolve_timeout}
 * for resolved, so those that fire are told again every minute.
 */
public final class AlertmanagerSink implements AlertSink, AutoCloseable {

    private static final long FIRST_PAUSE_MILLIS = 1_000;

    private final Map<List<String>, Alert> firing = new ConcurrentHashMap<>();
    private final AlertPost post;

    /**
     * Tells that one.
     *
     * @param server such as {@code http://alertmanager:9093}
     * @throws IllegalArgumentException when that is no http or https URL with a host
     */
    public AlertmanagerSink(URI server) {
        this(server, FIRST_PAUSE_MILLIS);
    }

    AlertmanagerSink(URI server, long firstPauseMillis) {
        var scheme = String.valueOf(server.getScheme());
        if (server.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "the address of Alertmanager must be an http or https URL with a host, such as"
                            + " http://alertmanager:9093");
        }
        var base = server.toString();
        var address = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/api/v2/alerts");
        this.post = new AlertPost("alertmanager", address, firstPauseMillis, this::again);
    }

    @Override
    public void tell(Alert alert) {
        var key = List.of(alert.name(), alert.database());
        if (alert.state() == AlertState.RESOLVED) {
            firing.remove(key);
        } else {
            firing.put(key, alert);
        }
        post.post(() -> letter(List.of(alert)));
    }

    private AlertPost.@Nullable Letter again() {
        var all = List.copyOf(firing.values());
        return all.isEmpty() ? null : letter(all);
    }

    private static AlertPost.Letter letter(Collection<Alert> alerts) {
        return new AlertPost.Letter(AlertJson.alertmanager(alerts), Map.of());
    }

    /** How many messages were taken. */
    public long sent() {
        return post.sent();
    }

    /** Tells no more. */
    @Override
    public void close() {
        post.close();
    }
}
