// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which profile, and why.
 *
 * @param profile the profile
 * @param reason for the log
 */
record ProfileChoice(Profile profile, String reason) {

    /** By the key, else by {@code NODE_ENV}, else by where the databases are. */
    static ProfileChoice of(Statements statements, Resolution resolution, Map<String, Location> locations) {
        var said = resolution.pick(Said.NO_DATABASE, Keys.PROFILE.name());
        if (said.isPresent()) {
            try {
                return new ProfileChoice(
                        Keys.PROFILE.type().parser().parse(said.get().text()),
                        "set by " + said.get().place());
            } catch (BadValueException reportedLater) {
                // The server's keys are bound after this one; go on, to find the other problems as well.
                return new ProfileChoice(
                        Profile.PRODUCTION, "set by " + said.get().place());
            }
        }
        return statements.nodeEnvironment().flatMap(ProfileChoice::byNode).orElseGet(() -> byLocation(locations));
    }

    private static Optional<ProfileChoice> byNode(Statements.Variable variable) {
        var reason = "NODE_ENV=" + variable.value() + " at " + variable.place();
        return switch (variable.value().strip().toLowerCase(Locale.ROOT)) {
            case "production" -> Optional.of(new ProfileChoice(Profile.PRODUCTION, reason));
            case "development" -> Optional.of(new ProfileChoice(Profile.LOCAL, reason));
            default -> Optional.empty();
        };
    }

    private static ProfileChoice byLocation(Map<String, Location> locations) {
        if (locations.isEmpty()) {
            return new ProfileChoice(Profile.LOCAL, "no database is configured, and an embedded one is on loopback");
        }
        for (var location : locations.entrySet()) {
            if (!location.getValue().url().isLoopback()) {
                return new ProfileChoice(
                        Profile.PRODUCTION,
                        "nothing else was said and database " + location.getKey() + " is not on loopback");
            }
        }
        return new ProfileChoice(Profile.LOCAL, "nothing else was said and the database is on loopback");
    }
}
