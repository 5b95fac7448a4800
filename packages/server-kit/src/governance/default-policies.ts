/**
 * The policies that hold unless the host turns them off, as Cedar text. A `forbid` always beats a
 * `permit`; what no `permit` covers is refused.
 * @see https://docs.cedarpolicy.com/policies/syntax-policy.html
 */
export const defaultPolicies = `// Who may do what. Anything that no policy permits is refused.

@id("everyone-reads")
@reason("Every signed-in user may read the workspace")
permit (principal, action in IDE::Action::"read", resource);

@id("everyone-keeps-own-connection")
@reason("Every signed-in user may keep up his connection and stop his own requests")
permit (
  principal is IDE::User,
  action in [
    IDE::Action::"ide_ping",
    IDE::Action::"ide_subscribe",
    IDE::Action::"ide_unsubscribe",
    IDE::Action::"ide_cancel",
    IDE::Action::"ide_token_refresh"
  ],
  resource
);

@id("viewers-chat")
@reason("Viewers may talk to the assistant")
permit (principal, action in IDE::Action::"converse", resource)
when { context.roles.contains("viewer") };

@id("developers-work")
@reason("Developers, editors and admins may do ordinary work")
permit (
  principal,
  action in [
    IDE::Action::"write",
    IDE::Action::"execute",
    IDE::Action::"converse",
    IDE::Action::"manage"
  ],
  resource
)
when { context.roles.containsAny(["developer", "editor", "admin"]) };

@id("owners-share")
@reason("Whoever a session belongs to may let others into it")
permit (
  principal is IDE::User,
  action in [IDE::Action::"ide_member_add", IDE::Action::"ide_member_remove"],
  resource
)
when { context.roles.contains("session:owner") };

// What nobody may do, and no approval lifts.

@id("only-owners-share")
@decision("block")
@code("NOT_OWNER")
@reason("Only the owner of a session, or an admin in it, decides who else works in it")
forbid (
  principal,
  action in [IDE::Action::"ide_member_add", IDE::Action::"ide_member_remove"],
  resource
)
unless { context.roles.containsAny(["session:owner", "admin"]) };

@id("session-viewers-look-on")
@decision("block")
@code("SESSION_VIEWER")
@reason("You were let into this session to look on")
forbid (
  principal,
  action in [
    IDE::Action::"write",
    IDE::Action::"execute",
    IDE::Action::"ide_approval_resolve",
    IDE::Action::"ide_diff_reject",
    IDE::Action::"ide_grant_revoke",
    IDE::Action::"ide_terminal_close",
    IDE::Action::"ide_terminal_resize"
  ],
  resource
)
when { context.roles.contains("session:viewer") };

@id("git-internals")
@decision("block")
@code("GIT_INTERNALS")
@reason("Files inside .git are not written: hooks in it run as programs")
forbid (principal, action in IDE::Action::"write", resource)
// Windows gives a directory .git the second name, too.
when { context.segmentsLower.containsAny([".git", "git~1"]) };

@id("critical-risk")
@decision("block")
@code("RISK_CRITICAL")
@reason("The security scan rates this code as critical")
forbid (
  principal,
  action in [IDE::Action::"ide_code_execute", IDE::Action::"ide_terminal_command"],
  resource
)
when { context has riskScore && context.riskScore >= 90 };

// Every action, not reading alone: a rename would give the file a name that may be read.
@id("assistant-credentials")
@decision("block")
@code("CREDENTIAL_FILE")
@reason("The assistant has no access to files that hold credentials")
forbid (principal is IDE::Assistant, action, resource)
when {
  context.nameLower like "*.env" ||
  context.nameLower like ".env.*" ||
  context.nameLower like "*.pem" ||
  context.nameLower like "*.key" ||
  context.nameLower like "*.p12" ||
  context.nameLower like "*.pfx" ||
  context.nameLower like "*.jks" ||
  context.nameLower like "*.keystore" ||
  context.nameLower like "*.kdbx" ||
  context.nameLower like "*.ppk" ||
  [
    "id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk",
    ".envrc", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd",
    ".git-credentials", "credentials", "credentials.json"
  ].contains(context.nameLower) ||
  context.segmentsLower.containsAny([".ssh", ".aws", ".gnupg", ".kube", ".docker", ".azure"])
}
unless { [".env.example", ".env.sample", ".env.template"].contains(context.nameLower) };

@id("assistant-manages")
@decision("block")
@code("ASSISTANT_MANAGES")
@reason("Approvals, proposals, terminals and connections are for people to decide on")
forbid (principal is IDE::Assistant, action in IDE::Action::"manage", resource);

// Without this the assistant could type into a person's terminal what a person would have to approve.
@id("assistant-types")
@decision("block")
@code("ASSISTANT_TYPES")
@reason("Terminals are for people to type into; the assistant asks to run a command")
forbid (
  principal is IDE::Assistant,
  action in [IDE::Action::"ide_terminal_open", IDE::Action::"ide_terminal_input"],
  resource
);

// What waits until a person has approved it.

@id("directory-delete")
@decision("review")
@code("DIRECTORY_DELETE")
@reason("Deleting a directory removes all that is in it")
@approvers("developer,editor,admin")
@ttl("300")
forbid (principal, action == IDE::Action::"ide_file_delete", resource)
when { context.isDirectory }
unless { context.approved };

@id("assistant-runs")
@decision("review")
@code("ASSISTANT_RUNS")
@reason("The assistant asks to run code")
@approvers("developer,editor,admin")
// Who is asked for every run of the same tests soon stops reading.
@grantable("true")
@ttl("300")
forbid (principal is IDE::Assistant, action in IDE::Action::"execute", resource)
unless { context.approved };

// Not grantable: what is deleted does not come back, so each one is asked for.
@id("assistant-deletes")
@decision("review")
@code("ASSISTANT_DELETES")
@reason("The assistant asks to delete a file")
@approvers("developer,editor,admin")
@ttl("300")
forbid (principal is IDE::Assistant, action == IDE::Action::"ide_file_delete", resource)
unless { context.approved };

@id("ci-config")
@decision("review")
@code("CI_CONFIG")
@reason("Build configuration runs with more rights than the code around it")
@approvers("admin")
@fourEyes("true")
@ttl("3600")
forbid (principal, action in IDE::Action::"write", resource)
when {
  // The directory itself too: another one could be renamed to it.
  context.nameLower == ".github" ||
  context.segmentsLower.contains(".github") &&
    context.segmentsLower.containsAny(["workflows", "actions"]) ||
  context.segmentsLower.containsAny([".circleci", ".buildkite", ".teamcity", ".woodpecker"]) ||
  [
    ".gitlab-ci.yml", ".travis.yml", ".drone.yml", ".woodpecker.yml", "azure-pipelines.yml",
    "bitbucket-pipelines.yml", "jenkinsfile"
  ].contains(context.nameLower)
}
unless { context.approved };
`;
