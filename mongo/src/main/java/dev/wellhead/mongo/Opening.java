// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.mongo.internal.MongoErrors;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first contact with a server, tried several times. */
final class Opening {

    private static final Logger LOG = LoggerFactory.getLogger(MongoDatabaseClient.class);
    private static final Document PING = new Document("ping", 1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final MongoConfig config;
    private final CountDownLatch closed;

    /** @param closed at zero when the client is closed, which ends the attempts */
    Opening(MongoConfig config, CountDownLatch closed) {
        this.config = config;
        this.closed = closed;
    }

    /** Returns when a server that can take the work has answered. */
    void connect(MongoClient fresh, long began) {
        var pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            try {
                fresh.getDatabase("admin").runCommand(PING);
                return;
            } catch (MongoException e) {
                boolean isRefused = MongoErrors.isLoginRefused(e);
                var code = isRefused ? ErrorCode.E2008 : ErrorCode.E2003;
                boolean isFinal = isRefused || e instanceof MongoConfigurationException;
                if (isFinal || attempt >= config.connectAttempts()) {
                    throw new MongoStartException(config.name(), code, attempt, millisSince(began), e);
                }
                LOG.warn(
                        "mongodb not reached pool={} attempt={}/{} nextInMs={} cause={}",
                        config.name(),
                        attempt,
                        config.connectAttempts(),
                        pause.toMillis(),
                        e.getClass().getSimpleName());
                pause(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
    }

    private void pause(Duration pause) {
        try {
            if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("MongoDB " + config.name() + " is closed; open another client");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while MongoDB " + config.name() + " was opened", e);
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
