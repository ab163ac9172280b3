import io.delta.storage.HDFSLogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Paths;
import java.nio.file.attribute.FileAttribute;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Writes a commit only where none is. What Delta has for the local disk looks whether the file is there and then
 *  renames over it: safe among the threads of one JVM, but the commit of another process in between would be lost. */
public class LinkingLogStore extends HDFSLogStore {
    public LinkingLogStore(Configuration configuration) {
        super(configuration);
    }

    public void write(Path path, Iterator actions, Boolean overwrite, Configuration configuration)
            throws IOException {
        if (overwrite.booleanValue()) {
            super.write(path, actions, overwrite, configuration);
            return;
        }
        StringBuilder text = new StringBuilder();
        while (actions.hasNext()) {
            text.append((String) actions.next()).append('\n');
        }
        java.nio.file.Path commit = Paths.get(path.toUri().getPath(), new String[0]);
        java.nio.file.Path written = Files.createTempFile(commit.getParent(), ".", ".tmp", new FileAttribute[0]);
        try {
            Files.write(written, text.toString().getBytes(StandardCharsets.UTF_8), new OpenOption[0]);
            Files.createLink(commit, written);
        } finally {
            Files.delete(written);
        }
    }
}
