// Reads a scheme document of BK Connect with Java's own PKIX validation and Nimbus JOSE + JWT, by the six steps of its
// profile: SchemeDocumentKt ROOT.pem OIN ENVIRONMENT < document
import com.nimbusds.jose.JOSEException
import com.nimbusds.jose.JWSObject
import com.nimbusds.jose.crypto.ECDSAVerifier
import com.nimbusds.jose.util.Base64
import java.io.ByteArrayInputStream
import java.io.File
import java.security.GeneralSecurityException
import java.security.cert.CertPathValidator
import java.security.cert.CertificateFactory
import java.security.cert.PKIXParameters
import java.security.cert.TrustAnchor
import java.security.cert.X509Certificate
import java.security.interfaces.ECPublicKey
import java.text.ParseException
import java.time.Instant
import javax.naming.ldap.LdapName
import kotlin.system.exitProcess

private val X509 = CertificateFactory.getInstance("X.509")
private const val SERIAL_NUMBER = "2.5.4.5"

fun main(arguments: Array<String>) {
    if (arguments.size != 3) {
        System.err.println("usage: SchemeDocumentKt ROOT.pem OIN ENVIRONMENT < document")
        exitProcess(2)
    }
    val root = certificate(File(arguments[0]).readBytes())
    val text = System.`in`.readBytes().toString(Charsets.UTF_8)
    try {
        println(read(text, root, arguments[1], arguments[2]))
    } catch (refused: JOSEException) {
        println("refused: $refused")
        exitProcess(1)
    } catch (refused: ParseException) {
        println("refused: $refused")
        exitProcess(1)
    } catch (refused: GeneralSecurityException) {
        println("refused: $refused")
        exitProcess(1)
    }
}

private fun read(text: String, root: X509Certificate, issuer: String, environment: String): String {
    val document = JWSObject.parse(text)
    val header = document.header.toJSONObject()
    need(header.keys == setOf("alg", "typ", "kid", "x5c"), "another header")
    need(header["alg"] == "ES256" && header["typ"] == "stelseldocument+jwt", "another algorithm or type")

    val chain = document.header.x509CertChain.map { each: Base64 -> certificate(each.decode()) }
    val parameters = PKIXParameters(setOf(TrustAnchor(root, null))).apply { isRevocationEnabled = false }
    CertPathValidator.getInstance("PKIX").validate(X509.generateCertPath(chain), parameters)
    val signer = chain.first()
    need(signer.basicConstraints < 0 && signer.keyUsage?.get(0) == true, "not a certificate for signatures")

    need(document.verify(ECDSAVerifier(signer.publicKey as ECPublicKey)), "the signature is not the certificate's")

    val claims = document.payload.toJSONObject()
    need(numbers(signer) == listOf(issuer) && claims["iss"] == issuer, "another issuer")
    need(claims["environment"] == environment, "another environment")

    val now = Instant.now().epochSecond
    val (issued, expires) = listOf("iat", "exp").map { (claims[it] as Number).toLong() }
    need(issued <= now + 60 && expires - issued <= 24 * 3600 && now < expires, "not for now")
    return document.payload.toString()
}

private fun numbers(signer: X509Certificate): List<String> =
    LdapName(signer.subjectX500Principal.getName("RFC2253", mapOf(SERIAL_NUMBER to "serialNumber"))).rdns
        .filter { it.type.equals("serialNumber", ignoreCase = true) }
        .map { it.value.toString() }

private fun certificate(bytes: ByteArray) = X509.generateCertificate(ByteArrayInputStream(bytes)) as X509Certificate

private fun need(holds: Boolean, otherwise: String) {
    if (!holds) throw JOSEException(otherwise)
}
