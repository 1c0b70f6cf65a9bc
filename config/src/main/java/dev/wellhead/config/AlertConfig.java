// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Which alerts {@code wellhead serve} tells, and whom besides its log.
 *
 * @param rules those that differ from what docs/alerts.md says, by name
 * @param webhook who is told by HTTP; null: nobody
 * @param alertmanager the address of Prometheus' Alertmanager; null: it is not told
 */
public record AlertConfig(
        List<Rule> rules,
        @Nullable Webhook webhook,
        @Nullable URI alertmanager) {

    /** All rules as they are, and nobody but the log. */
    public static final AlertConfig DEFAULT = new AlertConfig(List.of(), null, null);

    /**
     * One rule that differs.
     *
     * @param name such as {@code HIGH_POOL_USAGE}
     * @param on whether it counts at all
     * @param threshold empty: as it is
     * @param hold how long the value must be over it; empty: as it is
     */
    public record Rule(String name, boolean on, OptionalDouble threshold, Optional<Duration> hold) {}

    /**
     * Where alerts are posted.
     *
     * @param url whole; who knows it may post there
     * @param form what is posted
     * @param secret signs what is posted, 16 characters or more; null: nothing is signed
     */
    public record Webhook(
            Secret url, WebhookForm form, @Nullable Secret secret) {}

    /** Copies the list. */
    public AlertConfig {
        rules = List.copyOf(rules);
    }
}
