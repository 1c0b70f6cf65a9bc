// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.SectionConfig;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.mongo.MongoStartException;
import dev.wellhead.pool.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How something besides the SQL databases was found, such as MongoDB.
 *
 * @param section the first part of its keys
 * @param name among the databases
 * @param latencyNanos of the check, without what the first contact took; 0 when it failed
 * @param error why it does not work, without secrets
 * @param refused whether it was reached, and refused the login
 */
record ResourceCheck(String section, String name, long latencyNanos, Optional<String> error, boolean refused) {

    /** The configuration with one quick try at the first contact: what is down is a result here. */
    static ConfigLoader.Builder once(ConfigLoader.Builder loader) {
        return loader.set("mongodb.connect-attempts", "1").set("mongodb.min-size", "0");
    }

    /** Opens each that is configured, asks it, and closes it. Blocks for as long as their limits say. */
    static List<ResourceCheck> all(WellheadConfig config) {
        return config.sections().stream()
                .flatMap(section -> section.resources().stream().map(resource -> of(section, resource)))
                .toList();
    }

    private static ResourceCheck of(SectionConfig section, ManagedResource resource) {
        long began = System.nanoTime();
        var error = Optional.<String>empty();
        boolean refused = false;
        long tookNanos = 0;
        try {
            resource.open();
            began = System.nanoTime();
            if (resource instanceof HealthPart part) {
                part.check();
            }
            tookNanos = System.nanoTime() - began;
        } catch (Exception e) {
            error = Optional.of(Secret.mask(String.valueOf(e.getMessage())));
            refused = e instanceof MongoStartException start && start.code() == ErrorCode.E2008;
        } finally {
            resource.close();
        }
        return new ResourceCheck(section.name(), resource.name(), tookNanos, error, refused);
    }

    boolean healthy() {
        return error.isEmpty();
    }

    boolean unreachable() {
        return error.isPresent() && !refused;
    }

    String text() {
        var verdict = healthy() ? "healthy" : refused ? "unhealthy (AUTHENTICATION)" : "unhealthy (DATABASE_DOWN)";
        var text = HealthText.line("database", "%s: %s", name, verdict) + "\n"
                + HealthText.line("latency", "%.2f ms", latencyNanos / 1e6);
        return error.map(cause -> text + "\n" + HealthText.line("error", "%s", cause))
                .orElse(text);
    }

    Map<String, Object> json() {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", name);
        result.put("healthy", healthy());
        result.put("latencyMs", LoadText.rounded(latencyNanos / 1e6));
        error.ifPresent(cause -> result.put("error", cause));
        return result;
    }
}
