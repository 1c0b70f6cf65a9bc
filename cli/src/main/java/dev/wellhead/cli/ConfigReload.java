// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigDifference;
import dev.wellhead.config.ConfigDifference.Entry;
import dev.wellhead.config.InvalidConfigException;
import dev.wellhead.config.Problem;
import dev.wellhead.config.Severity;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseException;
import dev.wellhead.database.DatabaseReconfiguration;
import dev.wellhead.pool.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration anew, puts into force what can change while the databases run, and logs what became of each
 * difference. With anything wrong in it, nothing changes at all. Flags and environment are those of the start.
 *
 * <p>A database that is removed stays open until a restart: whoever works with it would fail otherwise. One that is added
 * and cannot be opened is tried again at the next reload.
 *
 * <p>Used by one thread at a time.
 */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final OpenDatabases databases;
    private final Consumer<WellheadConfig> told;
    private WellheadConfig running;
    private List<Path> present;
    /** What the last reload left for a restart. */
    private List<String> waiting = List.of();

    /** @param told of what is in force, now and after each reload */
    ConfigReload(OpenDatabases databases, Consumer<WellheadConfig> told) {
        this.databases = databases;
        this.told = told;
        this.running = databases.config();
        this.present = FileStamps.of(files()).present();
        told.accept(running);
    }

    /** The files that the configuration in force depends on. */
    List<Path> files() {
        return databases.files(running);
    }

    /**
     * Reloads once. May wait for a database that was added to open, as its {@code start-mode} says.
     *
     * @param first whether nothing at all is worth a line when nothing has changed
     * @param stopping whether the process is about to end; then no more databases are touched
     */
    void run(boolean first, BooleanSupplier stopping) {
        WellheadConfig wanted;
        try {
            requireFiles();
            wanted = databases.load();
        } catch (InvalidConfigException e) {
            e.problems().forEach(ConfigReload::log);
            LOG.error("configuration kept problems={}", e.problems().size());
            return;
        }
        var difference = ConfigDifference.between(running, wanted);
        wanted.warnings().stream()
                .filter(warning -> !running.warnings().contains(warning))
                .forEach(ConfigReload::log);
        var outcome = new Outcome(difference);
        reconfigure(wanted, outcome, stopping);
        open(wanted, outcome, stopping);
        if (stopping.getAsBoolean()) {
            return;
        }
        running = difference.inForce(running, wanted, inForce(outcome.opened), outcome.notApplied());
        present = FileStamps.of(files()).present();
        told.accept(running);
        log(outcome, first);
        waiting = outcome.needRestart();
    }

    private static void log(Problem problem) {
        if (problem.isError()) {
            LOG.error("configuration problem {}", problem);
        } else {
            LOG.warn("configuration problem {}", problem);
        }
    }

    /** A file that vanished is more likely being written, or was lost, than meant to fall back to the defaults. */
    private void requireFiles() {
        var gone = present.stream().filter(file -> !Files.exists(file)).toList();
        if (!gone.isEmpty()) {
            throw new InvalidConfigException(gone.stream()
                    .map(file -> new Problem(
                            Severity.ERROR,
                            file.toString(),
                            "",
                            "",
                            "is not there any more",
                            "put it back, if only empty; to do without it, restart"))
                    .toList());
        }
    }

    /** One call for each open database, though several names may mean the same one. */
    private void reconfigure(WellheadConfig wanted, Outcome outcome, BooleanSupplier stopping) {
        Map<Database, List<DatabaseConfig>> byDatabase = new LinkedHashMap<>();
        for (var config : running.databases()) {
            var open = databases.manager().database(config.name());
            var asked = wanted.databases().stream()
                    .filter(other -> other.name().equals(config.name()))
                    .findFirst()
                    .orElse(config);
            byDatabase.computeIfAbsent(open, key -> new ArrayList<>()).add(asked);
        }
        byDatabase.forEach((database, asked) -> {
            var names = asked.stream().map(DatabaseConfig::name).collect(Collectors.toSet());
            var live = outcome.difference.entries().stream()
                    .filter(entry -> entry.live() && names.contains(entry.database()))
                    .toList();
            if (live.isEmpty() || stopping.getAsBoolean()) {
                return;
            }
            var same = asked.stream()
                    .map(config -> named(config, database.name()))
                    .distinct()
                    .toList();
            if (same.size() > 1) {
                outcome.shared.addAll(live);
                return;
            }
            var done = database.reconfigure(same.get(0));
            live.stream().filter(entry -> !isLeft(entry, done)).forEach(outcome.applied::add);
        });
    }

    /** Whether the database left it for a restart, as it does with the password of another user or another URL. */
    private static boolean isLeft(Entry entry, DatabaseReconfiguration done) {
        var prefix = "databases." + entry.database() + ".";
        var key = entry.key().startsWith(prefix) ? entry.key().substring(prefix.length()) : entry.key();
        return done.needsRestart().contains(key.equals("password-file") ? "password" : key);
    }

    private void open(WellheadConfig wanted, Outcome outcome, BooleanSupplier stopping) {
        for (var config : wanted.databases()) {
            if (!outcome.difference.added().contains(config.name()) || stopping.getAsBoolean()) {
                continue;
            }
            try {
                databases.manager().open(config);
                outcome.opened.add(config.name());
            } catch (RuntimeException e) {
                outcome.failed.put(config.name(), text(e));
            }
        }
    }

    private static String text(RuntimeException failed) {
        var cause = failed instanceof DatabaseException ? failed.getCause() : null;
        return Secret.mask(failed.getMessage() + (cause == null ? "" : ": " + cause.getMessage()));
    }

    /** What the open databases run with, under each name they were asked for. */
    private List<DatabaseConfig> inForce(Set<String> opened) {
        var names = new ArrayList<>(
                running.databases().stream().map(DatabaseConfig::name).toList());
        names.addAll(opened);
        return names.stream()
                .map(name -> named(databases.manager().database(name).config(), name))
                .toList();
    }

    private static DatabaseConfig named(DatabaseConfig config, String name) {
        return config.withPool(config.pool().toBuilder().name(name).build());
    }

    private void log(Outcome outcome, boolean first) {
        var needRestart = outcome.needRestart();
        var pending = needRestart.isEmpty() ? "" : " needs-restart=" + String.join(",", outcome.restartKeys());
        if (outcome.applied.isEmpty()
                && outcome.opened.isEmpty()
                && outcome.failed.isEmpty()
                && needRestart.equals(waiting)) {
            if (!first) {
                LOG.info("configuration unchanged{}", pending);
            }
            return;
        }
        outcome.log();
    }

    /** What became of each difference. */
    private static final class Outcome {
        private final ConfigDifference difference;
        private final Set<Entry> applied = new HashSet<>();
        /** Would have to change for all names of one pool, and does not. */
        private final Set<Entry> shared = new HashSet<>();

        private final Set<String> opened = new HashSet<>();
        private final Map<String, String> failed = new LinkedHashMap<>();

        Outcome(ConfigDifference difference) {
            this.difference = difference;
        }

        List<String> notApplied() {
            return difference.entries().stream()
                    .filter(entry -> !applied.contains(entry))
                    .map(Entry::key)
                    .toList();
        }

        List<String> restartKeys() {
            var keys = new ArrayList<>(notApplied());
            keys.addAll(difference.removed());
            return keys;
        }

        /** With their values, so that another value is told of again. */
        List<String> needRestart() {
            var all = new ArrayList<String>();
            difference.entries().stream()
                    .filter(entry -> !applied.contains(entry))
                    .map(Entry::toString)
                    .forEach(all::add);
            all.addAll(difference.removed());
            return all;
        }

        void log() {
            for (var entry : difference.entries()) {
                var line = "key=" + entry.key() + values(entry) + " origin=" + LogText.value(entry.origin());
                if (applied.contains(entry)) {
                    LOG.info("configuration changed {} effect=applied", line);
                } else if (shared.contains(entry)) {
                    LOG.warn(
                            "configuration changed {} effect=needs-restart reason=\"another name with the old settings shares this pool\"",
                            line);
                } else {
                    LOG.warn("configuration changed {} effect=needs-restart", line);
                }
            }
            opened.forEach(name -> LOG.info("database added database={} effect=applied", name));
            failed.forEach((name, cause) -> LOG.error(
                    "database added database={} effect=failed cause={} fix=\"mend it; the next reload tries again\"",
                    name,
                    LogText.value(cause)));
            difference
                    .removed()
                    .forEach(name -> LOG.warn(
                            "database removed database={} effect=needs-restart reason=\"it may be in use\"", name));
            LOG.info(
                    "configuration reloaded changed={} applied={} needs-restart={}{}",
                    difference.entries().size()
                            + difference.added().size()
                            + difference.removed().size(),
                    applied.size() + opened.size(),
                    restartKeys().size(),
                    failed.isEmpty() ? "" : " failed=" + failed.size());
        }

        private static String values(Entry entry) {
            return entry.secret()
                    ? " value=changed"
                    : " before=" + shown(entry.before()) + " after=" + shown(entry.after());
        }

        private static String shown(String value) {
            return value.isEmpty() ? "-" : LogText.value(value);
        }
    }
}
