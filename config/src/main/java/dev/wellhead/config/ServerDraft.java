// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the keys that are not a database's are bound to. */
final class ServerDraft {

    @Nullable
    Profile profile;

    int maxTotal;

    LogLayout logLayout = LogLayout.PLAIN;

    String bind = ServerConfig.DEFAULT.bind();
    int port = ServerConfig.DEFAULT.port();
    Duration drainTimeout = ServerConfig.DEFAULT.drainTimeout();

    boolean hikariMetrics = ServerConfig.DEFAULT.hikariMetrics();

    @Nullable
    Secret readToken;

    String readTokenFile = "";

    @Nullable
    Secret adminToken;

    String adminTokenFile = "";

    MetricsAccess metrics = ServerConfig.DEFAULT.metrics();

    String tlsCert = "";
    String tlsKey = "";
    List<AlertConfig.Rule> alertRules = List.of();

    @Nullable
    Secret webhookUrl;

    WebhookForm webhookForm = WebhookForm.GENERIC;

    @Nullable
    Secret webhookSecret;

    String webhookSecretFile = "";

    String alertmanager = "";

    double connectionHour;
    double databaseHour;
    String currency = "";

    void readToken(String value) {
        readToken = Secret.of(value);
    }

    void adminToken(String value) {
        adminToken = Secret.of(value);
    }

    ServerConfig build() {
        return new ServerConfig(
                bind, port, drainTimeout, hikariMetrics, readToken, adminToken, metrics, tlsCert, tlsKey);
    }

    PriceConfig prices() {
        return new PriceConfig(connectionHour, databaseHour, currency);
    }

    AlertConfig alerts() {
        return new AlertConfig(
                alertRules,
                webhookUrl == null ? null : new AlertConfig.Webhook(webhookUrl, webhookForm, webhookSecret),
                alertmanager.isEmpty() ? null : URI.create(alertmanager));
    }
}
