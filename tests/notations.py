"""How secrets are written down in the output of tools, a line each, and lines that look alike."""

SECRETS = (
    '{"Credentials": {"AccessKeyId": "x", "SecretAccessKey": "{random}", "SessionToken": "y"}}',
    '{"Credentials": {"SessionToken": "{random}"}}',
    "AWS Secret Access Key [None]: {random}\n",
    '"environment": {"DB_PASS": "{word}"}',
    "[mysql]\nuser=root\npassword = {word}\n",
    "password = '{word}'\n",
    "java -Ddb.password={word} -jar app.jar",
    "-Djavax.net.ssl.keyStorePassword={word}",
    'storePassword "{word}"\nkeyPassword "x"',
    "AUTH {word}\n+OK",
    "requirepass {word}\n",
    "127.0.0.1:6379> AUTH {word}",
    "mongodb+srv://bob:{word}@cluster0.ab1cd.mongodb.net/?retryWrites=true",
    "ssh-keygen -t rsa -N '{word}' -f id",
    "openssl rsa -in key.pem -passin pass:{word}",
    "keytool -list -storepass {word} -keystore x.jks",
    "echo '{word}' | sudo -S apt-get update",
    "username=bob&password={word}&submit=1",
    "{'user': 'bob', 'pass': '{word}'}",
    'auth: { user: "bob", pass: "{word}" }',
    'os.environ.setdefault("API_KEY", "{random}")',
    "headers = {'X-API-KEY': '{random}'}",
    'api_key = os.getenv("API_KEY", "{random}")',
    'const key = process.env.API_KEY || "{random}";',
    "config.secret_key = '{random}'",
    "secret_key_base: {random}",
    'apiKey := "{random}"',
    'let api_key: &str = "{random}";',
    'private const string ApiKey = "{random}";',
    "'app_key' => 'base64:{random}',",
    'db_password = "{word}"\n',
    'admin_password="{word}"',
    '"attributes": {"password": "{word}", "port": 5432}',
    "ansible_ssh_pass: {word}\n",
    "wifi password: {word}",
    'EMAIL_HOST_PASSWORD = "{word}"',
    "curl -u admin:{random} http://jenkins/job/x/build",
    'curl -d \'{"password":"{word}"}\' https://x',
    "curl -F password={word} https://x",
    "curl --header 'PRIVATE-TOKEN: {random}' https://gitlab.example.com",
    'mutation { login(password: "{word}") { token } }',
    '{"access_token":"{random}","expires_in":3600}',
    '{"refresh_token": "{random}"}',
    "APP_KEY=base64:{random}",
    "      - POSTGRES_PASSWORD={word}",
    "docker service create -e TOKEN={random} x",
    "command: redis-server --requirepass {word}",
    'level=info msg="login" user=bob password={word} ip=1.2.3.4',
    '{"u":"https:\\/\\/bob:{word}@host\\/x"}',
    '<input name="password" value="{word}">',
    '<meta name="csrf-token" content="{random}">',
    "<key>password</key>\n<string>{word}</string>",
    '<user name="bob" password="{word}"/>',
    '<add key="ClearTextPassword" value="{word}" />',
    "<passphrase>{word}</passphrase>",
    "**Password:** `{word}`",
    "- Password: `{word}`",
    "| password | {word} |",
    "the API key is {random}, use it",
    "Here is my token: {random}",
    'use the password "{word}" to log in',
    "https://maps.example.com/api?key={random}",
    "https://bob:{word}@github.com\n",
    "svn co --username bob --password {word} https://x",
    "NODE_AUTH_TOKEN={random} npm publish",
    '$Password = ConvertTo-SecureString "{word}" -AsPlainText -Force',
    "SET DB_PWD={word}",
    "password      {word}",
    "token:      {random}",
    "ftp://bob:{word}@ftp.example.com/",
    "bindpw {word}",
    "Password: {word}\r\nWelcome",
    "Config(host='x', password='{word}', port=1)",
    "Settings(api_key=SecretStr('{random}'))",
    "  password = '{word}'\n  host = 'db'",
    '-    "api_key": "old",\n+    "api_key": "{random}",',
    "sed -i 's/PASSWORD=.*/PASSWORD={word}/' .env",
    "jq '.token=\"{random}\"' x.json",
    'gh secret set API_KEY --body "{random}"',
    'gh secret set DB_PASSWORD -b"{word}"',
    "heroku config:set SECRET_KEY={random}",
    "fly secrets set DATABASE_PASSWORD={word}",
    "snowsql -a acct -u bob -p '{word}'",
    "sqlcmd -S db -U sa -P '{word}'",
    'PGPASSWORD="{word}" pg_dump',
    "RSYNC_PASSWORD={word} rsync",
    "gpg --batch --passphrase '{word}' -d x.gpg",
    "unzip -P {word} a.zip",
)
"""`{word}`: a password that a person chose; `{random}`: a key drawn at random."""

LOOK_ALIKES = r"""
password = self.password2
password: this.state.password1,
const password = req.body.password1;
token = jwt.encode(payload, SECRET_KEY, algorithm="HS256")
token = auth_header.split(" ")[1]
let token2 = token1;
secret_key = base64.b64decode(raw_key1)
api_key = args.api_key or os.environ.get("API_KEY_2")
api_key = config["openai"]["api_key1"]
headers={"Authorization": f"Bearer {token1}"}
"Authorization": "Bearer " + token123
assert resp.json()["token"] == "abc123"
password="secret123"
user.set_password("testpass123")
self.client.post("/login", {"username": "u", "password": "testpass123"})
{"name": "token", "value": "string"}
key: ${{ runner.os }}-pip-${{ hashFiles('requirements.txt') }}
cache-key: v1-deps-3f786850e387
restore-keys: |
  ${{ runner.os }}-node-
secrets.GITHUB_TOKEN
tokens = tokenizer.encode("hello world", return_tensors="pt2")
pad_token_id=50256
eos_token="<|endoftext|>"
special_tokens_map.json
token_embd.weight q4_K
"token": 1234567890
token: 0x1f4a
--max-tokens 4096 --token-budget 12000
password_reset_token_expires_at: 2026-01-01T00:00:00Z
PASSWORD_HASHERS = ['django.contrib.auth.hashers.PBKDF2PasswordHasher']
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
password_field = "input#password-123"
await page.fill('input[name="password"]', 'x')
passwordInput.value = ''
sha256sum: 3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed
x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
etag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
If-None-Match: W/"67ab43-a1b2c3d4e5f6"
X-Request-Id: 7b3bf470-9456-11ee-b9d1-0242ac120002
set-cookie: lang=en-US; Path=/
Cookie: theme=dark; consent=accepted
keyId: 01HQXYZ123ABC456DEF789GHJK
"public_key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"
"publicKey": "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo="
"kid": "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"
"nonce": "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"
"primaryKey": "a81bc81b-dead-4e5d-abff-90865d1e13b1"
"idempotencyKey": "a81bc81b-dead-4e5d-abff-90865d1e13b1"
partition_key=user-12345-abcdef
row_key: 2026-03-26T10-00-00
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
The password is stored in 1Password
the password was reset on 2026-01-01
password is required12
The token is valid for 3600s
Your API key is invalid (401)
secret is mounted at /run/secrets/db1
the key is user_id2
key is missing: "user2"
access key: Ctrl+Shift+K
API key: see docs/setup.md
API Key | Required
| token | string | The access token1 |
| password | varchar(255) | NOT NULL |
| api_key | TEXT | 0 |
?key=user-profile-settings&sort=2
?key=a81bc81b-dead-4e5d-abff-90865d1e13b1
curl -u $USER:$PASS https://x
curl -u "${JENKINS_USER}:${JENKINS_TOKEN}" https://x
docker run -u 1000:1000 -p 8080:80 app
mysql -u root -p mydb
mysql -uroot -p < x.sql
psql -U postgres -p 5432
ssh -p 2222 user@host
kubectl -n kube-system get secret -o name
kubectl create secret generic db --from-literal=password=$PW
gh secret set API_KEY --body "$API_KEY"
git commit -m "Rotate token: see #123"
tokens/sec: 45.2, token/s 12
Token(type='NAME', value='foo123')
SyntaxError: unexpected token '}' at 12:3
invalid token: 'abc123def'
CSRF token missing
"passwordPolicy": {"minLength": 12}
pwd: /home/user/project1
PWD=/srv/app2
OLDPWD=/home/u
pw=page.width2
const pw = await chromium.launch()
playwright/test@1.40.0 pw:api
passlib==1.7.4
keyring==24.3.0
PyJWT==2.8.0, python-jose[cryptography]==3.3.0
SECRET_KEY_FALLBACKS = []
TOKEN_TTL_SECONDS=86400
SESSION_COOKIE_NAME = 'sessionid'
AUTH0_DOMAIN=dev-abc123.us.auth0.com
AUTH0_CLIENT_ID=x
DATABASE_URL=postgres://postgres:postgres@localhost:5432/app
redis://localhost:6379/0
amqp://guest:guest@rabbit:5672//
http://user:pass@example.com
https://example.com:8080/path@2x.png
npm ERR! 404 Not Found - GET https://registry.npmjs.org/@scope%2fpkg
src="https://cdn.x/a.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC" crossorigin
class="token-abc123 key-xyz"
data-token-id="12345"
<input type="password" placeholder="Password123">
<label for="password1">Password</label>
<td>password</td><td>hunter</td>
sk-learn-contrib-project-name-long-enough1
task-sk-1234
npm_config_registry=https://registry.npmjs.org/
npm_package_name_and_other_long_identifier_here_x
hf_hub_download_with_a_long_name
re_compile_pattern_with_long_name
fc-cache
rnd_seed_value
pat_match_something_here
github_pat_tern_matching_is_fun_for_everyone_x
gsk_terms_and_conditions
EAAAAAAAAAA
eyJ0aGlzIjoiaXMganNvbiJ9
AKIA prefix and ASIA pacific region ASIAPACIFICREGION
SKU12345678
xoxb-your-token
glpat-xxxxxxxxxxxxxxxxxxxx
sk-ant-api03-...
Bearer realm="example", error="invalid_token"
WWW-Authenticate: Basic realm="Access to site2"
authorization: none
Authorization header must be `Bearer <jwt>`
auth: { user: process.env.U, pass: process.env.P2 }
auth="none"
"auth": "oauth2_client_credentials"
author: John123
authors = ["A B <a@b.c>"]
signature = inspect.signature(func2)
sig=inspect
signature="def f(x: int) -> str"
thinking signature: ErUBCkYIBRgCIkDx9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo
useAuthHook2 hooks/usePassword.ts
webhooks/123
"cookie": "0.7.2", "cookie-signature": "1.0.7"
cookies: {name: 'x'}
keystore_password_file=/etc/ks.pw2
ansible-vault encrypt_string --vault-password-file .vp
$ANSIBLE_VAULT;1.1;AES256
passphrase: ""
ssh-add: Enter passphrase for /root/.ssh/id_rsa:
Enter PEM pass phrase:
pass: 12, fail: 3
# pass 42
--- PASS: TestX (0.00s)
PASS src/auth/token.test.ts
PASS  tests/x.test.js (5.2 s)
BYPASS_CACHE=1a2b3c
COMPASS_HOME=/opt/compass2
compass: north2
SKIP_PASS=true
credential.helper=osxkeychain
git config credential.helper store2
credentials: include
aws_credential_file=~/.aws/credentials2
monkey=banana123
turkey: istanbul34
jockey = racer99x
keyframes: fadeIn2
hotkey=ctrl+k2
"keyBindings": {"save": "ctrl+s"}
tokenize(text)[0]
"access_token": "REDACTED"
"client_secret": "**********"
client_secret: (sensitive)
client_id: 1234567890-abc.apps.googleusercontent.com
secret_version: projects/1/secrets/db/versions/3
secretName: tls-secret-2024
secretRef: {name: app-secrets-v2}
secret/db-creds-k8s created
"""
