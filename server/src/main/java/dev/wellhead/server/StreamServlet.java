// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.pool.Secret;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands {@link StateStream} out over HTTP. A servlet beside Javalin, which would still write an answer of its own to a
 * reader that has gone. Not counted as a running request: a drain does not wait for it.
 */
final class StreamServlet extends HttpServlet {

    private static final Logger LOG = LoggerFactory.getLogger(StreamServlet.class);
    private static final long serialVersionUID = 1;

    private final transient StateStream stream;
    private final transient ReadAccess access;

    StreamServlet(StateStream stream, ReadAccess access) {
        this.stream = stream;
        this.access = access;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var refusal = refusal(request);
        if (refusal.isPresent()) {
            send(response, refusal.get());
            return;
        }
        response.setStatus(200);
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        response.setHeader("X-Content-Type-Options", "nosniff");
        var async = request.startAsync();
        async.setTimeout(0);
        try {
            stream.threads().execute(() -> feed(async, response));
        } catch (RejectedExecutionException closing) {
            stream.leave();
            async.complete();
        }
    }

    /** The answer to one that gets no stream; a place is taken where there is none. */
    private Optional<Reply> refusal(HttpServletRequest request) {
        if (!request.getMethod().equals("GET")) {
            return Optional.of(Problem.methodNotAllowed(request.getMethod(), StateStream.PATH, "GET"));
        }
        var refused = access.refusal(
                Request.of(StateStream.PATH, Map.of(), request.getHeader("Authorization"), request.getHeader("Host")));
        if (refused.isPresent() || stream.tryEnter()) {
            return refused;
        }
        return Optional.of(Problem.tooMany(StateStream.PATH, StateStream.MOST + " streams are open already"));
    }

    private void feed(AsyncContext async, HttpServletResponse response) {
        try {
            stream.writeTo(response.getOutputStream());
        } catch (IOException gone) {
            LOG.debug("stream ended path={}", StateStream.PATH, Secret.mask(gone));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.warn("stream failed path={}", StateStream.PATH, Secret.mask(failed));
        } finally {
            stream.leave();
            complete(async);
        }
    }

    private static void complete(AsyncContext async) {
        try {
            async.complete();
        } catch (IllegalStateException over) {
            LOG.debug("stream was over path={}", StateStream.PATH, over);
        }
    }

    private static void send(HttpServletResponse response, Reply reply) throws IOException {
        reply.headers().forEach(response::setHeader);
        response.setStatus(reply.status());
        response.setContentType(reply.contentType());
        response.getOutputStream().write(reply.bytes());
    }
}
