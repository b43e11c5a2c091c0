package dev.sluice.stack.server;

import dev.sluice.spec.errors.ErrorCode;
import dev.sluice.spec.errors.SluiceException;
import dev.sluice.stack.StackServer;
import dev.sluice.stack.fetch.MinioFinder;
import dev.sluice.stack.fetch.ServerFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * An S3 server: the real MinIO where its binary is found, S3Proxy over a folder where not. S3Proxy has a second key that
 * only reads. MinIO's users are made by its own client only, so there the readers' key is not known, and refused, until
 * somebody adds it: docs/guides/operating.md.
 */
final class ObjectStoreServer implements Server {
    private static final String BUCKET = "lake";
    private static final String MINIO = "minio";
    private static final String S3PROXY = "s3proxy";

    private final Layout layout;
    private final ServerFiles files;
    private Path s3Proxy;

    ObjectStoreServer(Layout layout, ServerFiles files) {
        this.layout = layout;
        this.files = files;
    }

    /**
     * Whether this state folder's store is MinIO. The two servers keep objects in different forms, so a folder that
     * holds the objects of one stays with it, also when a MinIO binary turns up later.
     */
    private boolean isMinio() {
        Path data = layout.config().home().resolve("data");
        return switch (layout.config().store()) {
            case MINIO -> true;
            case S3PROXY -> false;
            case AUTO ->
                !Files.isDirectory(data.resolve(S3PROXY))
                        && (Files.isDirectory(data.resolve(MINIO))
                                || MinioFinder.find(layout.config().home()).isPresent());
        };
    }

    @Override
    public StackServer id() {
        return StackServer.OBJECT_STORE;
    }

    @Override
    public List<Integer> ports() {
        return isMinio() ? List.of(port(), layout.config().ports().objectStoreConsole()) : List.of(port());
    }

    private int port() {
        return layout.config().ports().objectStore();
    }

    @Override
    public String url() {
        return "http://127.0.0.1:" + port() + (isMinio() ? " (MinIO)" : " (S3Proxy)");
    }

    @Override
    public void prepare() throws Exception {
        refuseTheOther();
        if (isMinio()) {
            MinioFinder.require(layout.config().home());
        } else {
            s3Proxy = files.s3Proxy();
        }
        // A folder under the root of either server is a bucket.
        Files.createDirectories(root().resolve(BUCKET));
    }

    private void refuseTheOther() {
        Path other = layout.config().home().resolve("data").resolve(isMinio() ? S3PROXY : MINIO);
        if (Files.isDirectory(other)) {
            throw new SluiceException(
                    ErrorCode.E1305,
                    "the objects of this stack lie in " + other + ", which only the other store can read",
                    "leave out --store, or set SLUICE_HOME to a new folder");
        }
    }

    private Path root() throws IOException {
        return layout.data(isMinio() ? MINIO : S3PROXY);
    }

    @Override
    public Launch launch() throws Exception {
        String key = layout.environment().get("SLUICE_S3_ACCESS_KEY_ID");
        String secret = layout.environment().get("SLUICE_S3_SECRET_ACCESS_KEY");
        if (isMinio()) {
            return new Launch(
                    List.of(
                            MinioFinder.require(layout.config().home()).toString(),
                            "server",
                            root().toString(),
                            "--address",
                            "127.0.0.1:" + port(),
                            "--console-address",
                            "127.0.0.1:" + layout.config().ports().objectStoreConsole()),
                    Map.of("MINIO_ROOT_USER", key, "MINIO_ROOT_PASSWORD", secret, "MINIO_UPDATE", "off"),
                    layout.config().home());
        }
        String readerKey = layout.environment().get("SLUICE_S3_READER_ACCESS_KEY_ID");
        String readerSecret = layout.environment().get("SLUICE_S3_READER_SECRET_ACCESS_KEY");
        Path all = configuration("s3proxy.properties", key, secret, false);
        Path reading = configuration("s3proxy-reader.properties", readerKey, readerSecret, true);
        List<String> command = Jvm.command(id(), 512, Jvm.Compiler.HOT_ONLY, s3Proxy.toString());
        command.addAll(List.of(
                "-jar", s3Proxy.toString(), "--properties", all.toString(), "--properties", reading.toString()));
        return new Launch(command, Map.of(), layout.config().home());
    }

    /** One identity of S3Proxy, over the one folder: it reads as many of these as it has keys. */
    private Path configuration(String name, String key, String secret, boolean isReadOnly) throws IOException {
        Path file = layout.config().home().resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                s3proxy.ignore-unknown-headers=true
                s3proxy.read-only-blobstore=%s
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=unused
                jclouds.credential=unused
                """.formatted(port(), key, secret, isReadOnly, root()));
        return file;
    }

    /** What S3Proxy reads once, when it starts, need not lie about. */
    @Override
    public void afterStart() throws Exception {
        for (String name : List.of("s3proxy.properties", "s3proxy-reader.properties")) {
            Files.deleteIfExists(layout.config().home().resolve(name));
        }
    }

    /** A signed listing of the bucket: proves that the server is up and takes our key. */
    @Override
    public boolean isReady() throws Exception {
        String uri = "http://127.0.0.1:" + port() + "/" + BUCKET + "?list-type=2&max-keys=1";
        HttpRequest.Builder request = Probe.request(uri);
        AwsSignature.sign(
                request,
                URI.create(uri),
                AwsCredentialsIdentity.create(
                        layout.environment().get("SLUICE_S3_ACCESS_KEY_ID"),
                        layout.environment().get("SLUICE_S3_SECRET_ACCESS_KEY")),
                layout.environment().get("SLUICE_S3_REGION"),
                Clock.systemUTC());
        Probe.ok(request.build());
        return true;
    }
}
