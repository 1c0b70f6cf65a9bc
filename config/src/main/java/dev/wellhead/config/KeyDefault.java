// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a key is where nobody says anything, as files spell it; empty texts where nothing is.
 *
 * @param byProfile the value under each profile
 */
record KeyDefault(Map<Profile, String> byProfile) {

    /** That key's default. */
    static KeyDefault of(Key<?, ?, ?> key) {
        var values = new EnumMap<Profile, String>(Profile.class);
        for (var profile : Profile.values()) {
            values.put(profile, text(key, profile));
        }
        return new KeyDefault(values);
    }

    private static String text(Key<?, ?, ?> key, Profile profile) {
        if (key.equals(Keys.PROFILE)) {
            return profile.text();
        }
        var number = profile.numbers().get(key.name());
        if (number != null) {
            return key.type().normal(number);
        }
        for (var global : Keys.GLOBAL) {
            if (global.equals(key)) {
                return global.show(new ServerDraft());
            }
        }
        return Sections.find(key.name())
                .map(entry -> entry.standard(profile))
                .orElseGet(() -> DatabaseBinder.defaultOf(key.name()));
    }

    /** The value under that profile. */
    String at(Profile profile) {
        return byProfile.getOrDefault(profile, "");
    }

    /** Whether no profile has a value. */
    boolean isEmpty() {
        return byProfile.values().stream().allMatch(String::isEmpty);
    }

    /** Whether all profiles have the same. */
    boolean isCommon() {
        return new HashSet<>(byProfile.values()).size() == 1;
    }

    /** For people: {@code 30m}, or {@code 50 production, 100 edge, 10 local}. */
    String text() {
        if (isCommon()) {
            return at(Profile.PRODUCTION);
        }
        return Arrays.stream(Profile.values())
                .map(profile -> at(profile) + " " + profile.text())
                .collect(Collectors.joining(", "));
    }
}
