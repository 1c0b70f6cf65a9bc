// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * A member of a replica set of MongoDB that answers what a test tells it to, by command: for what the stand-in
 * {@link MongoServer} lacks, which is sessions, transactions, change streams and the loss of a primary.
 *
 * <p>What it is asked by the driver itself it answers like a server of version 8.0 that is the primary; every other command
 * with {@code ok: 1}, until {@link #on} says otherwise. It speaks OP_MSG, and OP_QUERY for the first words of a connection
 * (MongoDB wire protocol specification), without compression.
 *
 * <p>The module that uses it names the driver among its own test dependencies. Any thread may call.
 */
public final class ScriptedMongo implements AutoCloseable {

    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();
    private static final int OP_REPLY = 1;
    private static final int OP_QUERY = 2004;
    private static final int OP_MSG = 2013;
    private static final int HEADER_BYTES = 16;
    private static final int CHECKSUM_PRESENT = 1;
    private static final int MOST_BYTES = 48_000_000;
    private static final int WIRE_VERSION = 25;
    private static final Set<String> HELLO = Set.of("hello", "ismaster", "isMaster");

    private final ServerSocket listener;
    private final String setName;
    private final Map<String, Answer> script = new ConcurrentHashMap<>();
    private final List<Command> commands = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger replies = new AtomicInteger();
    private volatile List<String> members;
    private volatile boolean isPrimary = true;

    /**
     * What somebody asked.
     *
     * @param name of the command, such as {@code insert}
     * @param body all of it, with the documents that were sent beside it
     * @param connection the number of the connection it came over, from 1
     */
    public record Command(String name, BsonDocument body, int connection) {}

    /** Says what a command is answered. */
    public interface Answer {

        /**
         * Answers; may wait.
         *
         * @param command what was asked
         * @return the reply; null cuts the connection without one
         */
        @Nullable
        BsonDocument to(Command command);
    }

    private ScriptedMongo(String setName) throws IOException {
        this.setName = setName;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.members = List.of(address());
        OwnThread.EACH.execute(this::accept);
    }

    /**
     * Starts a primary that is alone in its set.
     *
     * @param setName name of the replica set
     * @return accepting connections
     */
    public static ScriptedMongo start(String setName) {
        try {
            return new ScriptedMongo(setName);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a replica set, the first of which is the primary.
     *
     * @param setName its name
     * @param count of members
     * @return they know each other
     */
    public static List<ScriptedMongo> startSet(String setName, int count) {
        List<ScriptedMongo> all =
                Stream.generate(() -> start(setName)).limit(count).toList();
        List<String> members = all.stream().map(ScriptedMongo::address).toList();
        for (ScriptedMongo one : all) {
            one.members = members;
            one.isPrimary = one == all.get(0);
        }
        return all;
    }

    /**
     * The connection string of the set it is in.
     *
     * @return without user
     */
    public String uri() {
        return "mongodb://" + String.join(",", members) + "/?replicaSet=" + setName;
    }

    /**
     * Where it listens.
     *
     * @return host and port
     */
    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /**
     * Answers a command otherwise from now on.
     *
     * @param command its name
     * @param answer what to say
     */
    public void on(String command, Answer answer) {
        script.put(command, answer);
    }

    /**
     * Makes it the primary, or a secondary. Who is connected learns it when it asks.
     *
     * @param value whether it takes writes
     */
    public void primary(boolean value) {
        isPrimary = value;
    }

    /**
     * What was asked so far, without what the driver asks of itself.
     *
     * @return in the order of arrival
     */
    public List<Command> commands() {
        return List.copyOf(commands);
    }

    /**
     * Those of that name.
     *
     * @param name such as {@code commitTransaction}
     * @return in the order of arrival
     */
    public List<Command> commands(String name) {
        return commands.stream().filter(command -> command.name.equals(name)).toList();
    }

    /** Cuts all connections that are open. */
    public void cutAll() {
        sockets.forEach(ScriptedMongo::close);
    }

    /**
     * A good reply.
     *
     * @return {@code ok: 1}
     */
    public static BsonDocument ok() {
        return new BsonDocument("ok", new BsonDouble(1));
    }

    /**
     * The reply of a command that failed.
     *
     * @param code the server's number of the error
     * @param name of the error, such as {@code WriteConflict}
     * @param labels such as {@code TransientTransactionError}
     * @return {@code ok: 0} with these
     */
    public static BsonDocument error(int code, String name, String... labels) {
        return new BsonDocument("ok", new BsonDouble(0))
                .append("code", new BsonInt32(code))
                .append("codeName", new BsonString(name))
                .append("errmsg", new BsonString("scripted " + name))
                .append(
                        "errorLabels",
                        new BsonArray(Arrays.stream(labels).map(BsonString::new).toList()));
    }

    /** Ends it and all its connections. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                OwnThread.EACH.execute(() -> serve(socket, number));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            DataInputStream input = new DataInputStream(socket.getInputStream());
            OutputStream output = socket.getOutputStream();
            boolean goesOn = true;
            while (goesOn) {
                goesOn = exchange(input, output, number);
            }
        } catch (IOException e) {
            // The other side has gone, or the test has cut it.
            return;
        } finally {
            sockets.remove(socket);
        }
    }

    /** One question and its answer; false when the connection is to be cut. */
    private boolean exchange(DataInputStream input, OutputStream output, int connection) throws IOException {
        byte[] head = new byte[HEADER_BYTES];
        input.readFully(head);
        ByteBuffer header = littleEndian(head);
        int length = header.getInt();
        int request = header.getInt();
        header.getInt();
        int operation = header.getInt();
        if (length < HEADER_BYTES || length > MOST_BYTES) {
            throw new EOFException("no message of MongoDB: " + length + " bytes");
        }
        byte[] rest = new byte[length - HEADER_BYTES];
        input.readFully(rest);
        BsonDocument question = operation == OP_QUERY ? query(littleEndian(rest)) : message(littleEndian(rest));
        Command command = new Command(question.getFirstKey(), question, connection);
        BsonDocument answer = answer(command);
        if (answer == null) {
            return false;
        }
        output.write(reply(operation == OP_QUERY ? OP_REPLY : OP_MSG, request, bytes(answer)));
        output.flush();
        return true;
    }

    private @Nullable BsonDocument answer(Command command) {
        boolean isHello = HELLO.contains(command.name);
        Answer scripted = script.get(isHello ? "hello" : command.name);
        if (!isHello && !command.name.equals("endSessions")) {
            commands.add(command);
        }
        if (scripted != null) {
            return scripted.to(command);
        }
        return isHello ? hello() : ok();
    }

    /**
     * What it says of itself.
     *
     * @return to be changed and answered by a script
     */
    public BsonDocument hello() {
        return ok().append("helloOk", BsonBoolean.TRUE)
                .append("isWritablePrimary", BsonBoolean.valueOf(isPrimary))
                .append("ismaster", BsonBoolean.valueOf(isPrimary))
                .append("secondary", BsonBoolean.valueOf(!isPrimary))
                .append("setName", new BsonString(setName))
                .append("setVersion", new BsonInt32(1))
                .append("me", new BsonString(address()))
                .append(
                        "hosts",
                        new BsonArray(members.stream().map(BsonString::new).toList()))
                .append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024))
                .append("maxMessageSizeBytes", new BsonInt32(MOST_BYTES))
                .append("maxWriteBatchSize", new BsonInt32(100_000))
                .append("localTime", new BsonDateTime(System.currentTimeMillis()))
                .append("logicalSessionTimeoutMinutes", new BsonInt32(30))
                .append("minWireVersion", new BsonInt32(0))
                .append("maxWireVersion", new BsonInt32(WIRE_VERSION));
    }

    /** The body of an OP_MSG: the section of kind 0, with those of kind 1 as its arrays. */
    private static BsonDocument message(ByteBuffer body) {
        int end = body.limit() - ((body.getInt() & CHECKSUM_PRESENT) == 0 ? 0 : Integer.BYTES);
        BsonDocument whole = new BsonDocument();
        while (body.position() < end) {
            if (body.get() == 0) {
                BsonDocument section = document(body);
                BsonDocument sequences = whole;
                whole = section;
                whole.putAll(sequences);
            } else {
                int sectionEnd = body.position() + body.getInt();
                String name = text(body);
                BsonArray documents = new BsonArray();
                while (body.position() < sectionEnd) {
                    documents.add(document(body));
                }
                whole.put(name, documents);
            }
        }
        return whole;
    }

    private static BsonDocument query(ByteBuffer body) {
        body.getInt();
        text(body);
        body.getLong();
        return document(body);
    }

    private static String text(ByteBuffer body) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (byte next = body.get(); next != 0; next = body.get()) {
            text.write(next);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static BsonDocument document(ByteBuffer body) {
        int length = body.getInt(body.position());
        byte[] own = new byte[length];
        body.get(own);
        // Decoded to be changed.
        return new RawBsonDocument(own).decode(CODEC);
    }

    private static byte[] bytes(BsonDocument document) {
        var raw = new RawBsonDocument(document, CODEC).getByteBuffer();
        byte[] bytes = new byte[raw.remaining()];
        raw.get(bytes);
        return bytes;
    }

    private byte[] reply(int operation, int request, byte[] document) {
        int own = operation == OP_REPLY ? 20 : 5;
        byte[] whole = new byte[HEADER_BYTES + own + document.length];
        ByteBuffer reply = littleEndian(whole);
        reply.putInt(reply.capacity())
                .putInt(replies.incrementAndGet())
                .putInt(request)
                .putInt(operation)
                .putInt(0);
        if (operation == OP_REPLY) {
            reply.putLong(0).putInt(0).putInt(1);
        } else {
            reply.put((byte) 0);
        }
        reply.put(document);
        return whole;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The first documents of a cursor that has no more.
     *
     * @param namespace such as {@code app.orders}
     * @param documents the batch
     * @return a reply to {@code find} and {@code aggregate}
     */
    public static BsonDocument batch(String namespace, BsonDocument... documents) {
        return ok().append(
                        "cursor",
                        new BsonDocument("id", new BsonInt64(0))
                                .append("ns", new BsonString(namespace))
                                .append("firstBatch", new BsonArray(List.of(documents))));
    }
}
