// Reads a certificate chain with Java's own PKIX validation: java Certificates.java ROOT.pem CHAIN.pem
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

public final class Certificates {
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: java Certificates.java ROOT.pem CHAIN.pem");
            System.exit(2);
        }
        byte[] root = Files.readAllBytes(Path.of(arguments[0]));
        byte[] chain = Files.readAllBytes(Path.of(arguments[1]));
        try {
            X509Certificate leaf = validate(read(root).get(0), read(chain));
            System.out.println("subject: " + leaf.getSubjectX500Principal().getName("RFC1779"));
            System.out.println("names: " + leaf.getSubjectAlternativeNames());
            System.out.println("usages: " + leaf.getExtendedKeyUsage());
        } catch (GeneralSecurityException refused) {
            System.out.println("refused: " + refused.getMessage());
            System.exit(1);
        }
    }

    private static List<X509Certificate> read(byte[] pem) throws CertificateException {
        List<X509Certificate> found = new ArrayList<>();
        for (var each : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            found.add((X509Certificate) each);
        }
        return found;
    }

    private static X509Certificate validate(X509Certificate root, List<X509Certificate> chain)
            throws GeneralSecurityException {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        // Who is withdrawn stands in the trust list, not in a revocation list.
        parameters.setRevocationEnabled(false);
        var path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        return chain.get(0);
    }
}
