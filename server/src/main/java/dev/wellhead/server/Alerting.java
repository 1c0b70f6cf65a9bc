// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.config.AlertConfig;
import dev.wellhead.config.AlertConfig.Webhook;
import dev.wellhead.watch.AlertSettings;
import dev.wellhead.watch.AlertSink;
import dev.wellhead.watch.AlertmanagerSink;
import dev.wellhead.watch.Watch;
import dev.wellhead.watch.WebhookSink;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Has a watch go by the configuration of alerts, and owns the sinks that this names. Any thread may call. */
final class Alerting implements AutoCloseable {

    private final Watch watch;
    private AlertConfig config = AlertConfig.DEFAULT;
    private @Nullable WebhookSink webhook;
    private @Nullable AlertmanagerSink alertmanager;

    Alerting(Watch watch) {
        this.watch = watch;
    }

    /** Goes by that one from the next look on. A sink whose settings are the same stays, with what waits in it. */
    synchronized void apply(AlertConfig wanted) {
        var oldWebhook = webhook;
        var oldAlertmanager = alertmanager;
        boolean sameWebhook = Objects.equals(config.webhook(), wanted.webhook());
        boolean sameAlertmanager = Objects.equals(config.alertmanager(), wanted.alertmanager());
        webhook = sameWebhook ? oldWebhook : sink(wanted.webhook());
        alertmanager = sameAlertmanager ? oldAlertmanager : sink(wanted.alertmanager());
        config = wanted;
        watch.reconfigure(settings(wanted).withSinks(sinks()));
        if (!sameWebhook && oldWebhook != null) {
            oldWebhook.close();
        }
        if (!sameAlertmanager && oldAlertmanager != null) {
            oldAlertmanager.close();
        }
    }

    private List<AlertSink> sinks() {
        List<AlertSink> sinks = new ArrayList<>();
        if (webhook != null) {
            sinks.add(webhook);
        }
        if (alertmanager != null) {
            sinks.add(alertmanager);
        }
        return sinks;
    }

    private static @Nullable WebhookSink sink(@Nullable Webhook wanted) {
        return wanted == null
                ? null
                : new WebhookSink(
                        URI.create(wanted.url().reveal()),
                        switch (wanted.form()) {
                            case GENERIC -> WebhookSink.Form.GENERIC;
                            case SLACK -> WebhookSink.Form.SLACK;
                        },
                        wanted.secret());
    }

    private static @Nullable AlertmanagerSink sink(@Nullable URI wanted) {
        return wanted == null ? null : new AlertmanagerSink(wanted);
    }

    /** The rules as that configuration wants them. */
    static AlertSettings settings(AlertConfig config) {
        var thresholds = new HashMap<String, String>();
        var holds = new HashMap<String, Duration>();
        for (var rule : config.rules()) {
            if (!rule.on()) {
                thresholds.put(rule.name(), "off");
            }
            rule.threshold().ifPresent(threshold -> thresholds.put(rule.name(), String.valueOf(threshold)));
            rule.hold().ifPresent(hold -> holds.put(rule.name(), hold));
        }
        return AlertSettings.DEFAULT.withThresholds(thresholds).withHolds(holds);
    }

    @Override
    public synchronized void close() {
        if (webhook != null) {
            webhook.close();
        }
        if (alertmanager != null) {
            alertmanager.close();
        }
    }
}
