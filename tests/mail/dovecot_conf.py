"""What the Dovecot of the tests is configured with."""

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap{lmtp}
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
imap_idle_notify_interval = 2 mins
{people}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
EVERYBODY = """
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u allow_all_users=yes
}}
"""
ONLY_THOSE = """
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users/%u
  override_fields = uid={uid} gid={gid} home={folder}/home/%u
}}
"""
LMTP = """
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
protocol lmtp {{
  mail_plugins = {sieve}
  auth_username_format = %Lu
}}
submission_host = 127.0.0.1:{submission}
postmaster_address = postmaster@ours.example
hostname = mail.theirs.example
plugin {{
  sieve = file:{folder}/sieve/%u.sieve
  sieve_extensions = +editheader
  sieve_vacation_min_period = 0
  sieve_vacation_send_from_recipient = yes
}}
"""
