// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.lang.reflect.Proxy;
import java.sql.Connection;

/**
 * Which drivers do something with {@link Connection#beginRequest} and {@link Connection#endRequest}. Looked up once for each
 * class of connection, so that the others, which inherit JDBC's empty methods, cost a lease nothing. A {@link Proxy} has
 * every method and does not say which it means, so it is taken for one that does nothing.
 */
final class RequestMarks {

    private static final ClassValue<Boolean> HEARD = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return !Proxy.isProxyClass(type) && (overrides(type, "beginRequest") || overrides(type, "endRequest"));
        }
    };

    private RequestMarks() {}

    static boolean areHeardBy(Connection physical) {
        return HEARD.get(physical.getClass());
    }

    private static boolean overrides(Class<?> type, String method) {
        try {
            return type.getMethod(method).getDeclaringClass() != Connection.class;
        } catch (NoSuchMethodException | LinkageError unlike) {
            // A class that cannot be looked into is told: that is what JDBC asks for.
            return true;
        }
    }
}
