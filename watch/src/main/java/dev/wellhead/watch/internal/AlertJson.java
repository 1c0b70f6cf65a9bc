// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch.internal;

import dev.wellhead.watch.Alert;
import dev.wellhead.watch.AlertState;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Alerts as others want them. */
public final class AlertJson {

    private AlertJson() {}

    /** All fields by name. */
    public static String generic(Alert alert) {
        return "{\"alert\":" + quoted(alert.name())
                + ",\"database\":" + quoted(alert.database())
                + ",\"severity\":" + quoted(word(alert.severity()))
                + ",\"state\":" + quoted(word(alert.state()))
                + ",\"current\":" + number(alert.current())
                + ",\"threshold\":" + number(alert.threshold())
                + ",\"unit\":" + quoted(alert.unit())
                + ",\"summary\":" + quoted(alert.summary())
                + ",\"since\":" + quoted(alert.since().toString())
                + alert.firedAt()
                        .map(at -> ",\"firedAt\":" + quoted(at.toString()))
                        .orElse("")
                + alert.resolvedAt()
                        .map(at -> ",\"resolvedAt\":" + quoted(at.toString()))
                        .orElse("")
                + "}";
    }

    /** A message of Slack's incoming webhooks. Names of databases are no markup there. */
    public static String slack(Alert alert) {
        boolean isOver = alert.state() == AlertState.RESOLVED;
        var text = (isOver ? ":white_check_mark: resolved *" : ":rotating_light: *") + alert.name() + "* "
                + alert.database() + ": " + value(alert) + (isOver ? "" : ". " + alert.summary());
        return "{\"text\":"
                + quoted(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
                + "}";
    }

    /** The body of Alertmanager's {@code POST /api/v2/alerts}. */
    public static String alertmanager(Collection<Alert> alerts) {
        return alerts.stream().map(AlertJson::posted).collect(Collectors.joining(",", "[", "]"));
    }

    private static String posted(Alert alert) {
        return "{\"labels\":{\"alertname\":" + quoted(alert.name())
                + ",\"database\":" + quoted(alert.database())
                + ",\"severity\":" + quoted(word(alert.severity()))
                + "},\"annotations\":{\"summary\":" + quoted(alert.summary())
                + ",\"current\":" + quoted(number(alert.current()))
                + ",\"threshold\":" + quoted(number(alert.threshold()))
                + "},\"startsAt\":"
                + quoted(alert.firedAt().orElse(alert.since()).toString())
                + alert.resolvedAt().map(AlertJson::ends).orElse("")
                + "}";
    }

    private static String ends(Instant at) {
        return ",\"endsAt\":" + quoted(at.toString());
    }

    /** The value beside its threshold, for people. */
    public static String value(Alert alert) {
        var unit = alert.unit().isEmpty() ? "" : " " + alert.unit();
        return number(alert.current()) + unit + " (threshold " + number(alert.threshold()) + unit + ")";
    }

    /** At most three decimals. */
    static String number(double value) {
        return BigDecimal.valueOf(value)
                .setScale(3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
