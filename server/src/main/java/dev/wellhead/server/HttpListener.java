// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers HTTP requests by routes. The only class that knows Javalin and Jetty.
 *
 * <p>Threads: one accepts, one selects, the rest, at most {@value #MAX_THREADS} in all, answer. Connections: at most
 * {@value #MAX_CONNECTIONS}; more wait until one ends. Idle ones end after 3 s, or twice that when the client does not
 * answer the close, so that clients that only hold connections do not lock out the probes of monitors for longer.
 */
final class HttpListener {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    private static final String READ_METHODS = "GET, HEAD";
    private static final int MIN_THREADS = 3;
    private static final int MAX_THREADS = 16;
    private static final int IDLE_CONNECTION_MILLIS = 3_000;
    private static final int IDLE_THREAD_MILLIS = 30_000;
    static final int MAX_CONNECTIONS = 256;
    private static final int BACKLOG = 128;
    private static final int MAX_HEADER_BYTES = 8 * 1024;

    private final Map<String, Route> routes = new TreeMap<>();
    private final ReadAccess access;
    private final StateStream stream;
    private final RunningRequests running = new RunningRequests();
    private final int port;
    private final Javalin javalin;

    private HttpListener(ServerSocketChannel socket, Collection<Route> routes, StateStream stream, ReadAccess access) {
        this.access = access;
        this.stream = stream;
        this.port = socket.socket().getLocalPort();
        routes.forEach(route -> this.routes.put(route.path(), route));
        this.javalin = Javalin.create(config -> configure(config, socket));
    }

    /**
     * Listens.
     *
     * @throws PortInUseException when the port is taken
     * @throws BindFailedException when the address cannot be listened on
     */
    static HttpListener start(String bind, int port, Collection<Route> routes, StateStream stream, ReadAccess access) {
        var socket = listen(bind, port);
        var listener = new HttpListener(socket, routes, stream, access);
        try {
            listener.javalin.start();
            return listener;
        } catch (RuntimeException failed) {
            listener.stop();
            close(socket);
            throw new BindFailedException(bind, port, String.valueOf(failed.getMessage()), failed);
        }
    }

    /** Taken before Javalin starts, so that a port in use is told once and by us. */
    private static ServerSocketChannel listen(String bind, int port) {
        var address = new InetSocketAddress(bind, port);
        if (address.isUnresolved()) {
            throw new BindFailedException(bind, port, "the host name is unknown", null);
        }
        ServerSocketChannel socket = null;
        try {
            socket = ServerSocketChannel.open();
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return socket.bind(address, BACKLOG);
        } catch (IOException failed) {
            close(socket);
            throw inUse(failed)
                    ? new PortInUseException(bind, port, failed)
                    : new BindFailedException(bind, port, String.valueOf(failed.getMessage()), failed);
        }
    }

    private static boolean inUse(IOException failed) {
        return failed instanceof BindException
                && String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT).contains("in use");
    }

    private static void close(@Nullable ServerSocketChannel socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.close();
        } catch (IOException failed) {
            LOG.debug("closing the socket failed", Secret.mask(failed));
        }
    }

    /** The port listened on. */
    int port() {
        return port;
    }

    /** Waits for the requests that have begun so far; false when time ran out. */
    boolean awaitEarlier(Duration limit) throws InterruptedException {
        return running.awaitEarlier(limit);
    }

    /** Stops listening and ends all connections. */
    void stop() {
        javalin.stop();
    }

    private void configure(JavalinConfig config, ServerSocketChannel socket) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.threadPool = threads();
        config.jetty.modifyServer(server -> server.setErrorHandler(new JettyErrors()));
        config.jetty.modifyHttpConfiguration(HttpListener::modest);
        config.jetty.modifyServletContextHandler(handler -> {
            var holder = new ServletHolder(new StreamServlet(stream, access));
            holder.setAsyncSupported(true);
            handler.addServlet(holder, StateStream.PATH);
        });
        config.jetty.addConnector((server, http) -> connector(server, http, socket));
        for (var route : routes.values()) {
            config.routes.addEndpoint(new Endpoint(HandlerType.GET, route.path(), context -> answer(route, context)));
            config.routes.addEndpoint(new Endpoint(HandlerType.HEAD, route.path(), context -> answer(route, context)));
            config.routes.addEndpoint(new Endpoint(HandlerType.OPTIONS, route.path(), HttpListener::options));
        }
        config.routes.error(404, "*", this::unknown);
        config.routes.error(500, "*", HttpListener::unforeseen);
        config.routes.error(
                405,
                "*",
                context ->
                        send(context, Problem.methodNotAllowed(context.method().name(), context.path(), READ_METHODS)));
    }

    private static QueuedThreadPool threads() {
        var pool = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, IDLE_THREAD_MILLIS);
        pool.setName("wellhead-http");
        pool.setReservedThreads(0);
        pool.setDaemon(true);
        return pool;
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, ServerSocketChannel socket) {
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(socket.socket().getInetAddress().getHostAddress());
        connector.setPort(socket.socket().getLocalPort());
        connector.setIdleTimeout(IDLE_CONNECTION_MILLIS);
        connector.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
        try {
            connector.open(socket);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return connector;
    }

    private static void modest(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
    }

    private void answer(Route route, Context context) {
        var batch = running.began();
        try {
            send(context, reply(route, context));
        } finally {
            running.ended(batch);
        }
    }

    private static Request request(Context context, Map<String, String> parameters) {
        return Request.of(context.path(), parameters, context.header("Authorization"), context.header("Host"));
    }

    /** Only where they are asked for: a monitor may send whatever it likes. */
    private static Map<String, String> parameters(Context context) {
        var parameters = new TreeMap<String, String>();
        try {
            context.queryParamMap().forEach((name, values) -> parameters.put(name, values.get(0)));
        } catch (RuntimeException unreadable) {
            LOG.debug("request refused path={} status={}", context.path(), 400, Secret.mask(unreadable));
            throw new BadRequestException(400, "the query cannot be read: write it as UTF-8, percent-encoded");
        }
        return parameters;
    }

    private Reply reply(Route route, Context context) {
        var path = context.path();
        try {
            var request = request(context, route.isGuarded() ? parameters(context) : Map.of());
            var refusal = route.isGuarded() ? access.refusal(request) : Optional.<Reply>empty();
            return refusal.isPresent() ? refusal.get() : route.answer().to(request);
        } catch (Exception failed) {
            if (failed instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            var problem = Problem.of(failed, path);
            if (problem.status() == 500) {
                LOG.error("request failed path={}", path, Secret.mask(failed));
            } else {
                LOG.debug("request refused path={} status={}", path, problem.status(), Secret.mask(failed));
            }
            return problem;
        }
    }

    /** A route may say itself what is not there. */
    private void unknown(Context context) {
        if (!Problem.MEDIA_TYPE.equals(context.res().getContentType())) {
            send(context, Problem.notFound(context.path(), routes.keySet()));
        }
    }

    /** Javalin's own text for what a route did not foresee. */
    private static void unforeseen(Context context) {
        if (!Problem.MEDIA_TYPE.equals(context.res().getContentType())) {
            send(context, Problem.internal(context.path()));
        }
    }

    private static void options(Context context) {
        context.header("Allow", READ_METHODS).status(204);
    }

    private static void send(Context context, Reply reply) {
        reply.headers().forEach(context::header);
        context.status(reply.status()).contentType(reply.contentType()).result(reply.bytes());
    }
}
