// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.config.HikariFile.Entry;
import dev.wellhead.config.HikariImport.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The numbers and switches in force in a pool of HikariCP 7.1.0: its defaults, what the file says, and what HikariCP
 * refuses, or corrects with no more than a line in the log ({@code HikariConfig.validateNumerics}). Null stands for a
 * value that only the environment knows.
 */
final class HikariValues {

    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,19}");
    private static final Set<String> TRUE = Set.of("true", "on", "yes", "1");
    private static final Set<String> FALSE = Set.of("false", "off", "no", "0");
    private static final long FLOOR = 250;
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Map<String, Long> DEFAULTS = Map.of(
            "connectionTimeout", 30_000L,
            "validationTimeout", 5_000L,
            "idleTimeout", 600_000L,
            "maxLifetime", 1_800_000L,
            "keepaliveTime", 120_000L,
            "leakDetectionThreshold", 0L,
            "initializationFailTimeout", 1L,
            "maximumPoolSize", 10L,
            "minimumIdle", -1L);

    private final HikariFile file;
    private final HikariNotes notes;
    private final Map<String, @Nullable Long> numbers = new HashMap<>();

    HikariValues(HikariFile file, HikariNotes notes) {
        this.file = file;
        this.notes = notes;
        DEFAULTS.forEach((name, standard) -> numbers.put(name, number(name, standard)));
        refused();
        corrected();
    }

    /** The number in force, milliseconds where it is a time; null if it is open. */
    @Nullable
    Long number(String name) {
        return numbers.get(name);
    }

    /** Whether it is on; null if it is open. */
    @Nullable
    Boolean flag(String name, boolean standard) {
        var entry = file.settings().get(name);
        if (entry == null) {
            return standard;
        }
        if (entry.isOpen()) {
            return null;
        }
        var text = entry.text().strip().toLowerCase(Locale.ROOT);
        boolean known = file.isSpring() ? TRUE.contains(text) || FALSE.contains(text) : text.matches("true|false");
        if (!known && file.isSpring()) {
            refuse(entry, "must be true or false", "write true or false");
        } else if (!known) {
            correct(entry, "HikariCP reads everything but true as false.");
        }
        return file.isSpring() ? TRUE.contains(text) : text.equals("true");
    }

    private @Nullable Long number(String name, long standard) {
        var entry = file.settings().get(name);
        if (entry == null) {
            return standard;
        }
        if (entry.isOpen()) {
            return null;
        }
        boolean isTime = !name.equals("maximumPoolSize") && !name.equals("minimumIdle");
        try {
            return parse(entry, isTime);
        } catch (NumberFormatException | ArithmeticException notANumber) {
            refuse(
                    entry,
                    isTime ? "must be a number of milliseconds" : "must be a whole number",
                    file.isSpring()
                            ? "write a plain number"
                            : "write a plain number" + (isTime ? ", or 30s, 10m" : ""));
            return standard;
        }
    }

    private long parse(Entry entry, boolean isTime) {
        var text = entry.text().strip();
        var duration = DURATION.matcher(text);
        // Spring Boot binds these to a long, for which 30s is nothing.
        if (isTime && !file.isSpring() && duration.matches()) {
            var unit = switch (duration.group(2)) {
                case "ms" -> Duration.ofMillis(1);
                case "s" -> Duration.ofSeconds(1);
                case "m" -> Duration.ofMinutes(1);
                case "h" -> Duration.ofHours(1);
                default -> Duration.ofDays(1);
            };
            return unit.multipliedBy(Long.parseLong(duration.group(1))).toMillis();
        }
        var plain = file.isSpring() ? text.replace("_", "") : text;
        if (!WHOLE.matcher(plain).matches()) {
            throw new NumberFormatException("no number");
        }
        return isTime ? Long.parseLong(plain) : Integer.parseInt(plain);
    }

    /** What the setters throw on. */
    private void refused() {
        refuseBelow("maximumPoolSize", 1, "must be at least 1");
        refuseBelow("idleTimeout", 0, "must not be negative");
        refuseBelow("validationTimeout", FLOOR, "must be at least 250 ms");
        if (file.settings().containsKey("minimumIdle")) {
            refuseBelow("minimumIdle", 0, "must not be negative");
        }
        var connection = number("connectionTimeout");
        if (connection != null && connection == 0) {
            numbers.put("connectionTimeout", (long) Integer.MAX_VALUE);
            say("connectionTimeout", "0 is Integer.MAX_VALUE ms there: callers wait for 24 days.");
        } else {
            refuseBelow("connectionTimeout", FLOOR, "must be at least 250 ms, or 0 for no limit");
        }
    }

    private void refuseBelow(String name, long least, String rule) {
        var value = number(name);
        var entry = file.settings().get(name);
        if (value != null && entry != null && value < least) {
            refuse(entry, rule + ": HikariCP refuses it", "raise it to at least " + least);
        }
    }

    /** In the order of HikariCP, as each may depend on what the one before has become. */
    private void corrected() {
        var lifetime = number("maxLifetime");
        if (lifetime != null && lifetime != 0 && lifetime < 30_000) {
            set("maxLifetime", 1_800_000, "below 30 s HikariCP takes its default of 30 min");
        }
        var keepalive = number("keepaliveTime");
        if (keepalive != null && keepalive != 0 && keepalive < 30_000) {
            set("keepaliveTime", 0, "below 30 s HikariCP switches it off");
        }
        keepalive = number("keepaliveTime");
        lifetime = number("maxLifetime");
        if (keepalive != null && lifetime != null && keepalive != 0 && lifetime != 0 && keepalive >= lifetime) {
            set("keepaliveTime", 0, "not below maxLifetime, where HikariCP switches it off");
        }
        var leak = number("leakDetectionThreshold");
        if (leak != null && leak < 0) {
            set("leakDetectionThreshold", 0, "a negative one is off");
        } else if (leak != null && leak > 0 && leak < 2_000) {
            set("leakDetectionThreshold", 0, "below 2 s HikariCP switches it off");
        } else if (leak != null && lifetime != null && lifetime > 0 && leak > lifetime) {
            set("leakDetectionThreshold", 0, "above maxLifetime, where HikariCP switches it off");
        }
        idle();
        for (var name : Set.of("idleTimeout", "maxLifetime", "keepaliveTime", "leakDetectionThreshold")) {
            var value = number(name);
            if (value != null && value > LONGEST.toMillis()) {
                set(name, LONGEST.toMillis(), "the longest time here is 365 days");
            }
        }
        for (var name : Set.of("connectionTimeout", "validationTimeout")) {
            var value = number(name);
            if (value != null && value > LONGEST.toMillis()) {
                set(name, LONGEST.toMillis(), "the longest time here is 365 days");
            }
        }
    }

    private void idle() {
        var most = number("maximumPoolSize");
        var least = number("minimumIdle");
        if (most != null && least != null && (least < 0 || least > most)) {
            if (least > most) {
                say("minimumIdle", "Above maximumPoolSize=" + most + ", to which HikariCP lowers it.");
            }
            numbers.put("minimumIdle", most);
            least = most;
        } else if (most == null && least != null && least < 0) {
            // As large as the pool, whose size is open.
            numbers.put("minimumIdle", null);
            least = null;
        }
        var idle = number("idleTimeout");
        var lifetime = number("maxLifetime");
        if (idle == null || most == null || least == null || least.equals(most)) {
            return;
        }
        if (lifetime != null && lifetime > 0 && idle + 1_000 > lifetime) {
            set("idleTimeout", 0, "not a second below maxLifetime, where HikariCP switches it off");
        } else if (idle != 0 && idle < 10_000) {
            set("idleTimeout", 600_000, "below 10 s HikariCP takes its default of 10 min");
        }
    }

    private void set(String name, long value, String why) {
        numbers.put(name, value);
        var entry = file.settings().get(name);
        var text = why + ": " + DurationText.text(Duration.ofMillis(value)) + " was in force, and is written.";
        if (entry != null) {
            correct(entry, text);
        } else {
            notes.say(Kind.CORRECTED, file.name(), name, "", "The default: " + text);
        }
    }

    private void say(String name, String text) {
        Optional.ofNullable(file.settings().get(name)).ifPresent(entry -> correct(entry, text));
    }

    private void correct(Entry entry, String text) {
        var shown = entry.written() + "=" + entry.text().strip();
        notes.say(Kind.CORRECTED, entry.place(), shown, "", text);
    }

    private void refuse(Entry entry, String rule, String fix) {
        notes.problem(entry.place(), entry.written(), entry.text().strip(), rule, fix);
    }
}
