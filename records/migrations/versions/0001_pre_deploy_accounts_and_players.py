"""Accounts, their people, our players, published plays."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table accounts (
        id text not null,
        name text not null,
        tier text default '' not null,
        segment text default '' not null,
        lifecycle text default 'prospect' not null,
        domains text[] default '{}'::text[] not null,
        zone text,
        country text,
        locale text,
        facts jsonb default '{}'::jsonb not null,
        anchors jsonb default '{}'::jsonb not null,
        created_at timestamptz default now() not null,
        updated_at timestamptz default now() not null,
        constraint pk_accounts primary key (id)
    )
    """,
    "create index ix_accounts_domains on accounts using gin (domains)",
    "create index ix_accounts_segment on accounts (segment)",
    """
    create table players (
        id text not null,
        name text not null,
        title text default '' not null,
        email text not null,
        mailbox text not null,
        phone text,
        zone text,
        locale text,
        roles text[] default '{}'::text[] not null,
        manager text,
        cover text,
        absent_from date,
        absent_until date,
        updated_at timestamptz default now() not null,
        constraint pk_players primary key (id),
        constraint fk_players_manager foreign key(manager) references players (id),
        constraint fk_players_cover foreign key(cover) references players (id)
    )
    """,
    """
    create table account_roles (
        account text not null,
        role text not null,
        player text not null,
        constraint pk_account_roles primary key (account, role),
        constraint fk_account_roles_account foreign key(account) references accounts (id) on delete cascade,
        constraint fk_account_roles_player foreign key(player) references players (id)
    )
    """,
    """
    create table contacts (
        id text not null,
        account text not null,
        first_name text default '' not null,
        last_name text default '' not null,
        title text default '' not null,
        persona text not null,
        seniority bigint default 0 not null,
        email text,
        address text,
        phone text,
        zone text,
        country text,
        locale text,
        consent_basis text,
        consent_source text,
        consent_at date,
        consent_until date,
        engagement bigint default 0 not null,
        facts jsonb default '{}'::jsonb not null,
        gone boolean default false not null,
        created_at timestamptz default now() not null,
        updated_at timestamptz default now() not null,
        constraint pk_contacts primary key (id),
        constraint fk_contacts_account foreign key(account) references accounts (id)
    )
    """,
    "create index ix_contacts_account on contacts (account)",
    "create index ix_contacts_address on contacts (address)",
    """
    create table play_versions (
        play text not null,
        version bigint not null,
        hash text not null,
        definition text not null,
        content jsonb not null,
        source text not null,
        published_at timestamptz default now() not null,
        published_by text default '' not null,
        constraint pk_play_versions primary key (play, version)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, with all they hold."""
    for table in ("play_versions", "contacts", "account_roles", "players", "accounts"):
        op.execute(f"drop table {table}")
