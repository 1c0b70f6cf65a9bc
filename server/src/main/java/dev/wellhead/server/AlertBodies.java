// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.wellhead.watch.Alert;
import dev.wellhead.watch.Watch;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Body of {@code /api/alerts}. */
final class AlertBodies {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record One(
            String alert,
            String database,
            String severity,
            String state,
            double current,
            double threshold,
            String unit,
            String summary,
            String since,
            @Nullable String firedAt,
            @Nullable String resolvedAt) {

        static One of(Alert alert) {
            return new One(
                    alert.name(),
                    alert.database(),
                    alert.severity().name().toLowerCase(Locale.ROOT),
                    alert.state().name().toLowerCase(Locale.ROOT),
                    alert.current(),
                    alert.threshold(),
                    alert.unit(),
                    alert.summary(),
                    Numbers.iso(alert.since()),
                    alert.firedAt().map(Numbers::iso).orElse(null),
                    alert.resolvedAt().map(Numbers::iso).orElse(null));
        }
    }

    record Alerts(String timestamp, List<One> alerts, List<One> past) {}

    private AlertBodies() {}

    static Reply alerts(Watch watch) {
        return Reply.json(
                200,
                new Alerts(
                        Numbers.iso(Instant.now()),
                        watch.alerts().stream().map(One::of).toList(),
                        watch.pastAlerts().stream().map(One::of).toList()));
    }
}
