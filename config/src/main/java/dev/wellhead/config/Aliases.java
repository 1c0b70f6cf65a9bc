// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names from other people's environments that mean a key of ours; of a database, the one called {@code default}. */
final class Aliases {

    /** How the value of an alias becomes the value of its key. */
    enum Form {
        /** As it is. */
        PLAIN("as the key"),
        /** A bare number counts milliseconds; a duration with a unit is taken as well. */
        MILLISECONDS("milliseconds"),
        /** {@code true}: verify-full, loopback excepted; {@code false}: off. */
        TLS_SWITCH("true|false");

        private final String unit;

        Form(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }

        String translate(String value) throws BadValueException {
            return switch (this) {
                case PLAIN -> value;
                case MILLISECONDS -> value.strip().matches("-?\\d+") ? value.strip() + "ms" : value;
                case TLS_SWITCH -> ValueType.flag().parser().parse(value) ? "auto" : "disable";
            };
        }
    }

    /**
     * One alias.
     *
     * @param name the foreign name
     * @param key the key it means
     * @param form how its value is read
     * @param onlyWithoutMongo whether it means MongoDB's setting instead when {@code MONGODB_URI} is set
     */
    record Alias(String name, String key, Form form, boolean onlyWithoutMongo) {

        /** The first part of its key. */
        private String section() {
            return key.replaceFirst("\\..*", "");
        }

        private Alias(String name, String key) {
            this(name, key, Form.PLAIN, false);
        }

        private Alias(String name, String key, Form form) {
            this(name, key, form, false);
        }

        static Alias ofSection(String name, String key) {
            return new Alias(name, key);
        }
    }

    private static final List<Alias> TABLE = List.of(
            new Alias("DATABASE_URL", "url"),
            new Alias("DATABASE_URL_FILE", "url-file"),
            new Alias("DATABASE_POOL_MIN", "pool.min-idle"),
            new Alias("DATABASE_POOL_MAX", "pool.max-size"),
            new Alias("DATABASE_CONNECTION_TIMEOUT", "pool.acquire-timeout", Form.MILLISECONDS),
            new Alias("DATABASE_IDLE_TIMEOUT", "pool.idle-timeout", Form.MILLISECONDS),
            new Alias("DB_POOL_MIN", "pool.min-idle"),
            new Alias("DB_POOL_MAX", "pool.max-size"),
            new Alias("DB_MIN_POOL_SIZE", "pool.min-idle", Form.PLAIN, true),
            new Alias("DB_POOL_SIZE", "pool.max-size", Form.PLAIN, true),
            new Alias("DB_IDLE_TIMEOUT_MS", "pool.idle-timeout", Form.MILLISECONDS),
            new Alias("DB_CONNECTION_TIMEOUT_MS", "pool.acquire-timeout", Form.MILLISECONDS),
            new Alias("DB_STATEMENT_TIMEOUT_MS", "pool.statement-timeout", Form.MILLISECONDS),
            new Alias("DB_MAX_RETRIES", "retry.max-retries"),
            new Alias("DB_RETRY_INITIAL_DELAY_MS", "retry.initial-delay", Form.MILLISECONDS),
            new Alias("DB_RETRY_MAX_DELAY_MS", "retry.max-delay", Form.MILLISECONDS),
            new Alias("DB_HOST", "address.host"),
            new Alias("DB_PORT", "address.port"),
            new Alias("DB_NAME", "address.database"),
            new Alias("DB_USERNAME", "username"),
            new Alias("DB_PASSWORD", "password"),
            new Alias("DB_PASSWORD_FILE", "password-file"),
            new Alias("DB_SSL", "tls.mode", Form.TLS_SWITCH),
            new Alias("DB_CA_CERT", "tls.ca-cert"),
            new Alias("DB_CLIENT_CERT", "tls.client-cert"),
            new Alias("DB_CLIENT_KEY", "tls.client-key"),
            new Alias("DB_CLIENT_KEY_FILE", "tls.client-key"),
            new Alias("PORT", "server.port"));

    private static final List<Alias> OF_SECTIONS = Sections.aliases();

    private static final Map<String, Alias> BY_NAME =
            TABLE.stream().collect(Collectors.toUnmodifiableMap(Alias::name, Function.identity()));

    /** Names that other programs have for the same, too far from ours to be found by their letters. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("DB_URL", "DATABASE_URL"),
            Map.entry("DB_URI", "DATABASE_URL"),
            Map.entry("DB_USER", "DB_USERNAME"),
            Map.entry("DATABASE_USER", "DB_USERNAME"),
            Map.entry("DATABASE_USERNAME", "DB_USERNAME"),
            Map.entry("DB_PASS", "DB_PASSWORD"),
            Map.entry("DATABASE_PASSWORD", "DB_PASSWORD"),
            Map.entry("DB_DATABASE", "DB_NAME"),
            Map.entry("DATABASE_NAME", "DB_NAME"),
            Map.entry("DATABASE_HOST", "DB_HOST"),
            Map.entry("DATABASE_PORT", "DB_PORT"),
            Map.entry("DATABASE_SSL", "DB_SSL"));

    private Aliases() {}

    /** Those of databases, then those of features; a name may be in both. */
    static List<Alias> all() {
        return Stream.concat(TABLE.stream(), OF_SECTIONS.stream()).toList();
    }

    /** Whether it is a feature's, and a database has the same name. */
    static boolean isShared(Alias alias) {
        return OF_SECTIONS.contains(alias) && BY_NAME.containsKey(alias.name());
    }

    /**
     * What a name means.
     *
     * @param given the sections of which is said where the thing is
     */
    static Optional<Alias> find(String name, Set<String> given) {
        var ofDatabase = Optional.ofNullable(BY_NAME.get(name));
        return OF_SECTIONS.stream()
                .filter(alias -> alias.name().equals(name))
                .filter(alias -> ofDatabase.isEmpty() || given.contains(alias.section()))
                .findFirst()
                .or(() -> ofDatabase);
    }

    /** The alias that an unknown {@code DB_*} or {@code DATABASE_*} name was probably meant to be. */
    static Optional<String> nearMiss(String name) {
        if (Arrays.stream(new String[] {"DB_", "DATABASE_"}).noneMatch(name::startsWith)) {
            return Optional.empty();
        }
        return Optional.ofNullable(SYNONYMS.get(name)).or(() -> Nearest.within(name, BY_NAME.keySet(), 2));
    }
}
