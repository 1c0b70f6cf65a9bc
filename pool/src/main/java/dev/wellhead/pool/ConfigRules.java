// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import dev.wellhead.pool.internal.HostRules;
import dev.wellhead.pool.internal.JdbcUrl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules of {@link PoolConfig}; collects violations instead of stopping at the first. */
final class ConfigRules {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Duration LONGEST = Duration.ofDays(365);

    private final List<ConfigException.Violation> violations = new ArrayList<>();

    void violation(String key, Object value, String rule, String fix) {
        violations.add(new ConfigException.Violation(key, String.valueOf(value), rule, fix));
    }

    void name(String value) {
        if (!NAME.matcher(value).matches()) {
            violation("name", value, "must be 1 to 64 letters, digits, '.', '_' or '-'", "use a name such as orders");
        }
    }

    void jdbcUrl(String value) {
        if (value.isBlank()) {
            violation("url", "", "is required", "give a JDBC URL such as jdbc:postgresql://localhost:5432/app");
        } else if (!value.startsWith("jdbc:")) {
            violation(
                    "url",
                    JdbcUrl.mask(value),
                    "must start with jdbc:",
                    "write it as jdbc:postgresql://host:5432/database");
        }
    }

    void hosts(String url, Map<String, String> driverProperties) {
        violations.addAll(HostRules.violations(url, driverProperties));
    }

    void intRange(String key, int value, int least, int most) {
        if (value < least || value > most) {
            var range = most == Integer.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
            violation(key, value, "must be " + range, "use a value " + range);
        }
    }

    void positive(String key, Duration value) {
        if (value.isZero() || value.isNegative()) {
            violation(key, value, "must be longer than zero", "use a duration such as 5s");
        } else {
            notTooLong(key, value);
        }
    }

    void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            violation(key, value, "must not be negative", "use 0 to switch it off, or a duration such as 30s");
        } else {
            notTooLong(key, value);
        }
    }

    void notLonger(String key, Duration value, String otherKey, Duration other) {
        if (!other.isZero() && !other.isNegative() && !value.isZero() && value.compareTo(other) > 0) {
            violation(key, value, "must not exceed " + otherKey + "=" + other, "lower it, or set it to 0 (off)");
        }
    }

    void notBlank(String key, Optional<String> value) {
        if (value.isPresent() && value.get().isBlank()) {
            violation(key, "", "must not be blank", "give a value or leave the key out");
        }
    }

    void lanes(List<Lane> lanes, int maxSize) {
        var names = new HashSet<String>();
        int guaranteed = 0;
        int kept = 0;
        for (var lane : lanes) {
            lane(lane, maxSize);
            if (!names.add(lane.name())) {
                violation("lanes", lane.name(), "must name each lane once", "rename or drop one of the two");
            }
            guaranteed += Math.max(0, lane.guaranteed());
            kept += lane.lent() ? 0 : Math.max(0, lane.guaranteed());
        }
        if (maxSize < 1) {
            return;
        }
        if (guaranteed > maxSize) {
            violation(
                    "lanes",
                    guaranteed,
                    "must guarantee at most max-size=" + maxSize + " connections in all",
                    "guarantee fewer, or raise max-size to at least " + guaranteed);
        } else if (kept == maxSize) {
            violation(
                    "lanes",
                    kept,
                    "must leave a connection to callers who name no lane: all of max-size=" + maxSize + " are kept",
                    "keep fewer, or raise max-size to at least " + (kept + 1));
        }
    }

    private void lane(Lane lane, int maxSize) {
        if (!NAME.matcher(lane.name()).matches() || lane.name().equals(Lane.DEFAULT)) {
            violation(
                    "lanes",
                    lane.name(),
                    "must have names of 1 to 64 letters, digits, '.', '_' or '-', other than " + Lane.DEFAULT,
                    "use a name such as batch");
        }
        if (lane.guaranteed() < 0) {
            violation("lanes", lane, "must guarantee at least 0 connections", "use 0 for none");
        } else if (lane.ceiling() < 1) {
            violation("lanes", lane, "must have a ceiling of at least 1", "raise it, or drop the lane");
        } else if (lane.ceiling() < lane.guaranteed()) {
            violation(
                    "lanes",
                    lane,
                    "must have a ceiling of at least what is guaranteed",
                    "raise the ceiling to at least " + lane.guaranteed());
        }
        if (maxSize >= 1 && lane.ceiling() > maxSize) {
            violation(
                    "lanes",
                    lane,
                    "must have a ceiling of at most max-size=" + maxSize,
                    "lower the ceiling to at most " + maxSize);
        }
    }

    void throwIfAny(String subject) {
        if (!violations.isEmpty()) {
            throw new ConfigException(subject, violations);
        }
    }

    private void notTooLong(String key, Duration value) {
        if (value.compareTo(LONGEST) > 0) {
            violation(key, value, "must be at most 365 days", "use a shorter duration, or 0 where it can be off");
        }
    }
}
