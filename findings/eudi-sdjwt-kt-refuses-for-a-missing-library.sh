#!/usr/bin/env bash
# eudi-lib-jvm-sdjwt-kt 0.10.0: a valid SD-JWT VC whose issuer is found by `x5c` is refused, on the dependencies
# that the library itself declares.
#
# One would guess that a library brings what it runs on, or that a class that is missing stops the program. Its reading
# of a certificate's names needs Bouncy Castle (org.bouncycastle:bcpkix-jdk18on), which its pom does not name; and the
# NoClassDefFoundError is caught and handed back inside the failed Result, where a verifier finds the refusals of
# credentials. Whoever only asks whether verification succeeded refuses every card that has a certificate.
#
# Seen: "without bcpkix: NoClassDefFoundError"; "with bcpkix: accepted", for the same credential and code.
set -euo pipefail
for tool in java mvn openssl python3; do command -v "$tool" >/dev/null || { echo "needs $tool"; exit 77; }; done
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"

# An authority, and a leaf that names the issuer.
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -subj '/CN=Root' -days 30 -out root.pem -addext 'keyUsage=critical,keyCertSign' 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out leaf.key
openssl req -new -key leaf.key -subj '/CN=issuer.example' -out leaf.csr 2>/dev/null
printf 'subjectAltName=URI:https://issuer.example,DNS:issuer.example\nkeyUsage=critical,digitalSignature\n' > leaf.ext
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile leaf.ext -out leaf.pem 2>/dev/null

cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>0</version>
  <properties>
    <kotlin.compiler.jvmTarget>17</kotlin.compiler.jvmTarget>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency><groupId>eu.europa.ec.eudi</groupId><artifactId>eudi-lib-jvm-sdjwt-kt</artifactId><version>0.10.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.16</version></dependency>
  </dependencies>
  <build>
    <sourceDirectory>.</sourceDirectory>
    <plugins>
      <plugin>
        <groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-maven-plugin</artifactId><version>2.0.21</version>
        <executions><execution><goals><goal>compile</goal></goals></execution></executions>
      </plugin>
    </plugins>
  </build>
</project>
POM
cat > Finding.kt <<'KT'
import com.nimbusds.jose.JOSEObjectType
import com.nimbusds.jose.JWSAlgorithm
import com.nimbusds.jose.JWSHeader
import com.nimbusds.jose.crypto.ECDSASigner
import com.nimbusds.jose.util.Base64 as Der
import com.nimbusds.jwt.JWTClaimsSet
import com.nimbusds.jwt.SignedJWT
import eu.europa.ec.eudi.sdjwt.NimbusSdJwtOps
import eu.europa.ec.eudi.sdjwt.vc.X509CertificateTrust
import kotlinx.coroutines.runBlocking
import java.io.File
import java.security.KeyFactory
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import java.security.interfaces.ECPrivateKey
import java.security.spec.PKCS8EncodedKeySpec
import java.util.Date

fun main() {
    val pem = File("leaf.key").readLines().filterNot { it.startsWith("-") }.joinToString("")
    val bytes = java.util.Base64.getDecoder().decode(pem)
    val key = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(bytes)) as ECPrivateKey
    val factory = CertificateFactory.getInstance("X.509")
    val leaf = File("leaf.pem").inputStream().use { factory.generateCertificate(it) as X509Certificate }
    val header = JWSHeader.Builder(JWSAlgorithm.ES256)
        .type(JOSEObjectType("dc+sd-jwt")).x509CertChain(listOf(Der.encode(leaf.encoded))).build()
    val claims = JWTClaimsSet.Builder()
        .issuer("https://issuer.example").claim("vct", "urn:example:card:1").issueTime(Date()).build()
    val card = SignedJWT(header, claims).apply { sign(ECDSASigner(key)) }.serialize() + "~"
    val verifier = NimbusSdJwtOps.SdJwtVcVerifier.usingX5c(X509CertificateTrust { _: List<X509Certificate> -> true })
    val result = runBlocking { verifier.verify(card) }
    println(result.fold({ "accepted" }, { generateSequence(it) { cause -> cause.cause }.first { cause -> cause is Error }.javaClass.simpleName }))
}
KT
mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath.txt >build.log 2>&1 || { tail -20 build.log; echo "the build failed"; exit 1; }
mvn -q -B dependency:copy -Dartifact=org.bouncycastle:bcpkix-jdk18on:1.78 -DoutputDirectory=bc >>build.log 2>&1
mvn -q -B dependency:copy -Dartifact=org.bouncycastle:bcprov-jdk18on:1.78 -DoutputDirectory=bc >>build.log 2>&1
mvn -q -B dependency:copy -Dartifact=org.bouncycastle:bcutil-jdk18on:1.78 -DoutputDirectory=bc >>build.log 2>&1
declared="target/classes:$(cat classpath.txt)"
without=$(java -cp "$declared" FindingKt | tail -1)
with=$(java -cp "$declared:bc/*" FindingKt | tail -1)
echo "without bcpkix: $without"
echo "with bcpkix: $with"
[ "$without" = NoClassDefFoundError ] && [ "$with" = accepted ]
