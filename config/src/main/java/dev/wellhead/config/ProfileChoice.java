// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which profile, and why.
 *
 * @param profile the profile
 * @param detected the profile that would be chosen if the key said none
 * @param reason for the log
 */
record ProfileChoice(Profile profile, Profile detected, String reason) {

    /**
     * By the key, else by {@code NODE_ENV}, else by where the databases are.
     *
     * @param hosts those that sections name, by section
     */
    static ProfileChoice of(
            Statements statements,
            Resolution resolution,
            Map<String, Location> locations,
            Map<String, List<String>> hosts) {
        var detected = statements
                .nodeEnvironment()
                .flatMap(ProfileChoice::byNode)
                .orElseGet(() -> byLocation(locations, hosts));
        var said = resolution.pick(Said.NO_DATABASE, Keys.PROFILE.name());
        if (said.isPresent()) {
            try {
                return new ProfileChoice(
                        Keys.PROFILE.type().parser().parse(said.get().text()),
                        detected.profile(),
                        "set by " + said.get().place());
            } catch (BadValueException reportedLater) {
                // The server's keys are bound after this one; go on, to find the other problems as well.
                return new ProfileChoice(
                        Profile.PRODUCTION,
                        detected.profile(),
                        "set by " + said.get().place());
            }
        }
        return detected;
    }

    private static Optional<ProfileChoice> byNode(Statements.Variable variable) {
        var reason = "NODE_ENV=" + variable.value() + " at " + variable.place();
        return switch (variable.value().strip().toLowerCase(Locale.ROOT)) {
            case "production" -> Optional.of(detected(Profile.PRODUCTION, reason));
            case "development" -> Optional.of(detected(Profile.LOCAL, reason));
            default -> Optional.empty();
        };
    }

    private static ProfileChoice byLocation(Map<String, Location> locations, Map<String, List<String>> hosts) {
        if (locations.isEmpty() && hosts.isEmpty()) {
            return detected(Profile.LOCAL, "no database is configured, and an embedded one is on loopback");
        }
        for (var location : locations.entrySet()) {
            if (!location.getValue().url().isLoopback()) {
                return remote("database " + location.getKey());
            }
        }
        for (var section : hosts.entrySet()) {
            if (!section.getValue().stream().allMatch(Loopback::isLoopbackHost)) {
                return remote(section.getKey());
            }
        }
        return detected(Profile.LOCAL, "nothing else was said and the database is on loopback");
    }

    private static ProfileChoice remote(String what) {
        return detected(Profile.PRODUCTION, "nothing else was said and " + what + " is not on loopback");
    }

    private static ProfileChoice detected(Profile profile, String reason) {
        return new ProfileChoice(profile, profile, reason);
    }
}
