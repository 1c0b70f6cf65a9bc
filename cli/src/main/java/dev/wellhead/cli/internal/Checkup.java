// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.cli.internal.ServerReading.Capacity;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** Looks at databases step by step, a few at once. */
public final class Checkup {
    private static final int AT_ONCE = 8;

    private Checkup() {}

    /** Hears how far it is; on the threads that look, several at once. Must not block. */
    public interface Progress {
        /**
         * One step was done or left out.
         *
         * @param share of all steps, 0 to 1
         */
        void done(double share, String database, Step step);
    }

    /**
     * Looks at the chosen databases. Blocks for the databases' connect timeouts and a little, eight databases at once.
     * Switches Java's own cache of host names off for this process.
     *
     * @param all every configured database: what is chosen shares its server with others
     * @param chosen which to look at, by name
     * @param plan what to look at
     * @param progress hears of each step
     * @return one report for each chosen one, in order
     * @throws InterruptedException when interrupted
     */
    public static List<DatabaseReport> run(
            List<DatabaseConfig> all, Predicate<String> chosen, Plan plan, Progress progress)
            throws InterruptedException {
        NamesStep.withoutJavaCache();
        warmUp();
        double steps = plan.steps().size()
                * all.stream().filter(config -> chosen.test(config.name())).count();
        var done = new AtomicInteger();
        var checkups = all.stream()
                .map(config -> new DatabaseCheckup(
                        config, plan, step -> progress.done(done.incrementAndGet() / steps, config.name(), step)))
                .toList();
        var wanted = checkups.stream()
                .filter(checkup -> chosen.test(checkup.config().name()))
                .toList();
        for (int from = 0; from < wanted.size(); from += AT_ONCE) {
            runAll(wanted.subList(from, Math.min(wanted.size(), from + AT_ONCE)));
        }
        List<DatabaseReport> reports = new ArrayList<>();
        for (var checkup : wanted) {
            reports.add(checkup.finish(onServerOf(checkup, checkups)));
        }
        return reports;
    }

    /** Loads what the first TLS handshake needs, which would count as the server's time. */
    private static void warmUp() {
        try {
            SSLContext.getDefault();
        } catch (NoSuchAlgorithmException noTls) {
            // The step tells then.
            return;
        }
    }

    private static void runAll(List<DatabaseCheckup> checkups) throws InterruptedException {
        try {
            Limited.all(
                    "checkup",
                    checkups.stream()
                            .map(checkup -> (Callable<DatabaseCheckup>) checkup::run)
                            .toList());
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("A checkup failed", e);
        }
    }

    /** All that are on the same server: it says so itself, or they name the same host and port. */
    private static List<DatabaseConfig> onServerOf(DatabaseCheckup one, List<DatabaseCheckup> all) {
        return all.stream()
                .filter(other -> other == one || isSameServer(one, other))
                .map(DatabaseCheckup::config)
                .toList();
    }

    private static boolean isSameServer(DatabaseCheckup one, DatabaseCheckup other) {
        Capacity first = one.capacity();
        Capacity second = other.capacity();
        if (first != null && second != null) {
            return first.server().equals(second.server());
        }
        return !one.endpoints().isEmpty() && places(one).equals(places(other));
    }

    private static String places(DatabaseCheckup checkup) {
        return checkup.endpoints().stream().map(Checkup::place).sorted().collect(Collectors.joining(","));
    }

    private static String place(Endpoint endpoint) {
        return endpoint.host().toLowerCase(Locale.ROOT) + ":" + endpoint.port();
    }
}
