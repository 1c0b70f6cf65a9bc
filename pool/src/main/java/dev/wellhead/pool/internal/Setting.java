// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a session: what it is at the start of each lease, whether the holder changed it, how it is put back.
 *
 * <p>What the pool's configuration does not fix is read from the driver just before the first change, because reading
 * it is a round trip in many drivers and most holders change nothing. Where a driver can change a setting and not tell
 * it, putting it back fails and the connection is not used again: better than to hand the change to the next holder.
 *
 * @param <T> type of the value
 */
final class Setting<T> {

    /** Reads the value. */
    interface Getter<T> {
        @Nullable
        T get(Connection physical) throws SQLException;
    }

    /** Writes the value. */
    interface Setter<T> {
        void set(Connection physical, @Nullable T value) throws SQLException;
    }

    private final String name;
    private final Getter<T> getter;
    private final Setter<T> setter;

    private @Nullable T initial;
    private boolean known;
    private @Nullable SQLException unreadable;
    private boolean changed;

    Setting(String name, Getter<T> getter, Setter<T> setter) {
        this.name = name;
        this.getter = getter;
        this.setter = setter;
    }

    /** Fixes the value that each lease starts with, and writes it if the connection has another. */
    void fix(Connection physical, T value) throws SQLException {
        if (!value.equals(getter.get(physical))) {
            setter.set(physical, value);
        }
        initial = value;
        known = true;
    }

    void change(Connection physical, @Nullable T value) throws SQLException {
        change(physical, value, setter);
    }

    /** Writes a value the holder wants, by a way of its own. */
    void change(Connection physical, @Nullable T value, Setter<T> way) throws SQLException {
        learn(physical);
        var before = changed;
        // First: a call that fails may have done its work.
        changed = true;
        try {
            way.set(physical, value);
        } catch (SQLFeatureNotSupportedException e) {
            changed = before;
            throw e;
        }
        changed = !known || !Objects.equals(value, initial);
    }

    private void learn(Connection physical) {
        if (known || unreadable != null) {
            return;
        }
        try {
            initial = getter.get(physical);
            known = true;
        } catch (SQLException e) {
            // Not the holder's error: he asked to write, not to read. It counts when the value must be put back.
            unreadable = e;
        }
    }

    /** Says that the holder may have changed it unseen. */
    void suspect() {
        changed = known;
    }

    boolean isChanged() {
        return changed;
    }

    void restore(Connection physical) throws SQLException {
        if (!changed) {
            return;
        }
        if (!known) {
            throw new SQLException(
                    "session setting cannot be put back: the driver changed " + name + " and could not tell its value"
                            + " before; the connection will be closed",
                    "0A000",
                    unreadable);
        }
        setter.set(physical, initial);
        changed = false;
    }
}
