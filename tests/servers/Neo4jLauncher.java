import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves Neo4j Community over Bolt from its embedded jars: one DBMS for each HOME=HOST:PORT.
 *
 * <p>Arguments: HOME=HOST:PORT ... -- setting=value ... The first line of standard input is the password of the
 * user neo4j, set when a home is started for the first time. The process ends cleanly on SIGTERM, and with
 * "--until-eof" also when standard input ends, so that a killed parent leaves no server behind.
 *
 * <p>Neo4j is reached by reflection: one class file then serves every version, whichever JDK compiled it.
 */
public final class Neo4jLauncher {
    private static final String BUILDER = "org.neo4j.dbms.api.DatabaseManagementServiceBuilder";
    private static final String SERVICE = "org.neo4j.dbms.api.DatabaseManagementService";
    private static final String DATABASE = "org.neo4j.graphdb.GraphDatabaseService";
    private static final String SET_PASSWORD = "ALTER USER neo4j SET PLAINTEXT PASSWORD $password CHANGE NOT REQUIRED";

    private Neo4jLauncher() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Map<Path, String> homes = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        boolean untilEof = false;
        boolean afterDashes = false;
        for (String argument : arguments) {
            int equals = argument.lastIndexOf('=');
            if (argument.equals("--")) {
                afterDashes = true;
            } else if (argument.equals("--until-eof")) {
                untilEof = true;
            } else if (afterDashes) {
                settings.put(argument.substring(0, argument.indexOf('=')), argument.substring(argument.indexOf('=') + 1));
            } else {
                homes.put(Path.of(argument.substring(0, equals)), argument.substring(equals + 1));
            }
        }
        String password = readLine();
        List<Object> running = new ArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Neo4jLauncher::shutDown)));
        for (Map.Entry<Path, String> each : homes.entrySet()) {
            running.add(start(each.getKey(), each.getValue(), settings, password));
            // The words that the official image says, and that others wait for.
            out.println("Remote interface available at bolt://" + each.getValue());
        }
        out.println("Started.");
        if (untilEof) {
            while (System.in.read() >= 0) {
                continue;
            }
            System.exit(0);
        }
        Thread.currentThread().join();
    }

    private static Object start(Path home, String address, Map<String, String> more, String password) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("server.bolt.enabled", "true");
        settings.put("server.bolt.listen_address", address);
        settings.put("dbms.security.auth_enabled", "true");
        settings.put("dbms.usage_report.enabled", "false");
        settings.putAll(more);
        boolean first = !Files.exists(home.resolve("data/databases/system"));
        Files.createDirectories(home);
        Path file = home.resolve("launcher.conf");
        List<String> lines = new ArrayList<>();
        settings.forEach((name, value) -> lines.add(name + "=" + value));
        Files.write(file, lines);

        Class<?> type = Class.forName(BUILDER);
        Object builder = type.getConstructor(Path.class).newInstance(home);
        builder = type.getMethod("loadPropertiesFromFile", Path.class).invoke(builder, file);
        Object service = type.getMethod("build").invoke(builder);
        if (first) {
            Object system = Class.forName(SERVICE).getMethod("database", String.class).invoke(service, "system");
            Class.forName(DATABASE)
                    .getMethod("executeTransactionally", String.class, Map.class)
                    .invoke(system, SET_PASSWORD, Map.of("password", password));
        }
        return service;
    }

    private static void shutDown(Object service) {
        try {
            Class.forName(SERVICE).getMethod("shutdown").invoke(service);
        } catch (ReflectiveOperationException problem) {
            problem.printStackTrace();
        }
    }

    private static String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = System.in.read(); next >= 0 && next != '\n'; next = System.in.read()) {
            line.append((char) next);
        }
        return line.toString();
    }
}
