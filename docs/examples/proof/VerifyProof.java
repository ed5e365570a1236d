// java VerifyProof.java <issuer> <audience> <nonce> <proof>     (17.0.3 or later, nothing else)
import java.math.BigInteger;
import java.net.URI;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.spec.*;
import java.time.Duration;
import java.util.*;

/** With a JOSE library this is ten lines; here is what it does, in the order that matters. */
public class VerifyProof {
  public static void main(String[] args) throws Exception {
    System.out.println(verify(args[3], args[0], args[1], args[2]).text); // next: spend jti, once
  }

  /** The claims of the proof; throws for anything that is not a proof for this sign-in. */
  static Claims verify(String proof, String issuer, String audience, String nonce)
      throws Exception {
    String[] parts = proof.split("\\.", -1);
    check(parts.length == 3, "not a JWT");
    Claims header = new Claims(utf8(parts[0]));
    check("ES256".equals(header.get("alg")), "another algorithm");
    check("silent-auth-proof+jwt".equals(header.get("typ")), "not a proof");
    check(header.get("crit") == null, "an unknown extension");

    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initVerify(publicKey(issuer, (String) header.get("kid")));
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    check(signature.verify(bytes(parts[2])), "not signed by the issuer");

    Claims claims = new Claims(utf8(parts[1]));
    long now = System.currentTimeMillis() / 1000;
    check(issuer.equals(claims.get("iss")), "another issuer");
    check(audience.equals(claims.get("aud")), "for somebody else");
    check((Long) claims.get("iat") <= now + 60 && now < (Long) claims.get("exp"), "not valid now");
    check(!nonce.isEmpty() && nonce.equals(claims.get("nonce")), "of another sign-in");
    check(claims.get("jti") != null && claims.get("request_id") != null, "nothing to spend");
    return claims;
  }

  /** Cache what this reads for five minutes, and read it again for an unknown kid. */
  static PublicKey publicKey(String issuer, String kid) throws Exception {
    URI uri = URI.create(issuer + "/.well-known/jwks.json");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(3)).build();
    String answer =
        HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString())
            .body();
    for (Object entry : (List<?>) new Claims(answer).get("keys")) {
      Map<?, ?> key = (Map<?, ?>) entry;
      if (!key.get("kid").equals(kid) || !"P-256".equals(key.get("crv"))) continue;
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp256r1"));
      ECPoint point =
          new ECPoint(
              new BigInteger(1, bytes((String) key.get("x"))),
              new BigInteger(1, bytes((String) key.get("y"))));
      ECParameterSpec spec = curve.getParameterSpec(ECParameterSpec.class);
      return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, spec));
    }
    throw new GeneralSecurityException("an unknown key");
  }

  static byte[] bytes(String part) {
    return Base64.getUrlDecoder().decode(part);
  }

  static String utf8(String part) {
    return new String(bytes(part), StandardCharsets.UTF_8);
  }

  static void check(boolean holds, String fault) throws GeneralSecurityException {
    if (!holds) throw new GeneralSecurityException(fault);
  }

  /** A JSON object: objects, lists, strings, whole numbers, true, false, null. */
  static class Claims {
    final String text;
    private final Map<?, ?> members;
    private int at = 0;

    Claims(String text) {
      this.text = text;
      this.members = (Map<?, ?>) value();
    }

    Object get(String name) {
      return members.get(name);
    }

    private Object value() {
      char first = peek();
      if (first == '{') return object();
      if (first == '[') return list();
      if (first == '"') return string();
      int begin = at;
      while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(begin, at);
      if (word.equals("null")) return null;
      if (word.equals("true") || word.equals("false")) return Boolean.valueOf(word);
      return Long.valueOf(word);
    }

    private Map<String, Object> object() {
      Map<String, Object> object = new HashMap<>();
      for (take('{'); peek() != '}'; skip(',')) {
        String name = string();
        take(':');
        object.put(name, value());
      }
      take('}');
      return object;
    }

    private List<Object> list() {
      List<Object> list = new ArrayList<>();
      for (take('['); peek() != ']'; skip(',')) list.add(value());
      take(']');
      return list;
    }

    private String string() {
      StringBuilder string = new StringBuilder();
      take('"');
      while (text.charAt(at) != '"') {
        char letter = text.charAt(at++);
        if (letter != '\\') {
          string.append(letter);
        } else if (text.charAt(at) == 'u') {
          string.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 5;
        } else {
          string.append("\"\\/\b\f\n\r\t".charAt("\"\\/bfnrt".indexOf(text.charAt(at++))));
        }
      }
      at++;
      return string.toString();
    }

    private char peek() {
      while (Character.isWhitespace(text.charAt(at))) at++;
      return text.charAt(at);
    }

    private void take(char expected) {
      if (peek() != expected) throw new IllegalArgumentException("not JSON");
      at++;
    }

    private void skip(char optional) {
      if (peek() == optional) at++;
    }
  }
}
