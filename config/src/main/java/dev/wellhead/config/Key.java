// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting: a row of the table that binding, checking, {@code config show} and the documentation all read.
 *
 * @param name as files spell it, without {@code databases.<name>.}
 * @param type how a value is written, with its unit
 * @param secret whether the value is never shown
 * @param change when a new value counts
 * @param text what it means, one sentence
 * @param bind puts a value into what is being built
 * @param read takes the effective value out of what was built; null where nothing is set
 * @param <D> what is being built
 * @param <B> what was built
 * @param <T> the value's type
 */
record Key<D, B, T>(
        String name,
        ValueType<T> type,
        boolean secret,
        Change change,
        String text,
        BiConsumer<D, T> bind,
        Function<B, @Nullable T> read) {

    /** A key whose new value counts after a restart. */
    Key(
            String name,
            ValueType<T> type,
            boolean secret,
            String text,
            BiConsumer<D, T> bind,
            Function<B, @Nullable T> read) {
        this(name, type, secret, Change.RESTART, text, bind, read);
    }

    /** The same, but a new value counts at the next reload. */
    Key<D, B, T> live() {
        return new Key<>(name, type, secret, Change.LIVE, text, bind, read);
    }

    /** Reads the text and binds it. */
    void bind(D draft, String value) throws BadValueException {
        bind.accept(draft, type.parser().parse(value));
    }

    /** The effective value as files spell it; masked where secret; empty where nothing is set. */
    String show(B built) {
        var value = read.apply(built);
        if (value == null) {
            return "";
        }
        var shown = type.writer().apply(value);
        return secret && !shown.isEmpty() ? Masking.MASK : shown;
    }

    /** The name in the environment: {@code WELLHEAD_POOL_MAX_SIZE}. */
    String environmentName() {
        return Keys.ENVIRONMENT_PREFIX + Keys.environmentForm(name);
    }
}
