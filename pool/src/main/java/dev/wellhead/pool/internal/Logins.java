// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.PoolConfig;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the credentials provider, and numbers the generations of logins: each change begins the next one, and a connection
 * knows the number it was opened under, never the login itself.
 *
 * <p>A generation is read before the provider is asked. So a connection may be taken to be older than it is, and is then
 * renewed for nothing, but never to be younger.
 */
final class Logins {

    /** A login, and the generation it belongs to at least. */
    record Login(Credentials credentials, int generation) {}

    private static final int ORACLE_INVALID_LOGIN = 1017;
    private static final int SQL_SERVER_LOGIN_FAILED = 18456;

    private final Runnable onChange;
    private final AtomicInteger generation = new AtomicInteger();
    /** Who is in a provider at the moment; as many as connects are under way. */
    private final Set<Thread> asking = ConcurrentHashMap.newKeySet();

    /** @param onChange called when the generation has changed, on any thread */
    Logins(Runnable onChange) {
        this.onChange = onChange;
    }

    int generation() {
        return generation.get();
    }

    /** The login changed. */
    void changed() {
        generation.incrementAndGet();
        onChange.run();
    }

    /** Whether that thread waits for the provider. */
    boolean isAsking(@Nullable Thread thread) {
        return thread != null && asking.contains(thread);
    }

    /** Whether anybody waits for the provider. */
    boolean isAsking() {
        return !asking.isEmpty();
    }

    /** The login for a new connection; blocks as long as the provider does. */
    Login ask(PoolConfig config) throws SQLException {
        return ask(config, null);
    }

    /**
     * The login after the server has refused one.
     *
     * @throws SQLException the refusal, where the provider has no other login
     */
    Login askAgain(PoolConfig config, Login refused, SQLException refusal) throws SQLException {
        if (!isRefusal(refusal)) {
            throw refusal;
        }
        var fresh = ask(config, refused.credentials());
        if (fresh.credentials().equals(refused.credentials())) {
            throw refusal;
        }
        return fresh;
    }

    /** The server takes another login than the one it has refused: that was a change, unless it is known already. */
    Login accepted(Login fresh, Login refused) {
        if (!generation.compareAndSet(refused.generation(), refused.generation() + 1)) {
            return fresh;
        }
        onChange.run();
        return new Login(fresh.credentials(), refused.generation() + 1);
    }

    /**
     * Class 28 of the standard: invalid authorization specification. Oracle (ORA-01017) and SQL Server (18456) say it in
     * states of their own, which mean much else, so that the code counts as well.
     */
    private static boolean isRefusal(SQLException error) {
        var state = error.getSQLState();
        if (state == null) {
            return false;
        }
        int code = error.getErrorCode();
        return state.startsWith("28")
                || (state.equals("72000") && code == ORACLE_INVALID_LOGIN)
                || (state.equals("S0001") && code == SQL_SERVER_LOGIN_FAILED);
    }

    @SuppressWarnings({"ConstantValue", "NullAway"}) // A provider may be written where nobody looks after null.
    private Login ask(PoolConfig config, @Nullable Credentials refused) throws SQLException {
        int known = generation.get();
        var provider = config.credentials();
        asking.add(Thread.currentThread());
        Credentials login;
        try {
            login = refused == null ? provider.credentials() : provider.credentialsAfterRefusal(refused);
        } catch (Exception | Error e) {
            throw failed(config, e);
        } finally {
            asking.remove(Thread.currentThread());
        }
        if (login == null) {
            throw failed(config, new NullPointerException("the provider returned null"));
        }
        return new Login(login, known);
    }

    /** What a provider says may hold a secret: its class and its stack are shown, its text is not. */
    private static SQLException failed(PoolConfig config, Throwable cause) {
        var shown = new IllegalStateException(
                cause.getClass().getName() + " (its text is not shown, it may hold a secret)");
        shown.setStackTrace(cause.getStackTrace());
        return new SQLTransientConnectionException(
                "The credentials provider of pool " + config.name() + " gave no login: "
                        + cause.getClass().getName()
                        + "; see that the provider can reach its source",
                "08001",
                shown);
    }
}
