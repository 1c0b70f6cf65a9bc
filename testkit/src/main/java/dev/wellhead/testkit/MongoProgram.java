// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * The process of a {@link MongoServer}: a stand-in for MongoDB that speaks its protocol and keeps its data in a file.
 * What it acknowledges is in the file, so a kill loses none of it. Ends when its input ends, hence with its parent.
 *
 * <p>Arguments: port and file.
 */
final class MongoProgram {

    static final String READY = "ready";

    private static final Set<String> MAY_WRITE = Set.of("handleCommand", "handleMessage");

    private MongoProgram() {}

    /** Serves until the input ends. */
    public static void main(String[] arguments) throws IOException {
        H2Backend backend = new H2Backend(arguments[1]);
        var server = new de.bwaldvogel.mongo.MongoServer(durable(backend));
        server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
        System.out.println(READY);
        while (System.in.read() >= 0) {
            // Says nothing; its end is what is waited for.
            Thread.onSpinWait();
        }
        server.shutdownNow();
        Runtime.getRuntime().halt(0);
    }

    /** The store writes once a second by itself. */
    private static MongoBackend durable(H2Backend backend) {
        return (MongoBackend) Proxy.newProxyInstance(
                MongoProgram.class.getClassLoader(), new Class<?>[] {MongoBackend.class}, (self, method, given) -> {
                    Object answer = called(backend, method, given);
                    if (MAY_WRITE.contains(method.getName())) {
                        backend.commit();
                    }
                    return answer;
                });
    }

    private static Object called(MongoBackend backend, Method method, Object[] given) throws Throwable {
        try {
            return method.invoke(backend, given);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
