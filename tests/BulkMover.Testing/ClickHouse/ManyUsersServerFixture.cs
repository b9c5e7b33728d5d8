namespace BulkMover.Testing.ClickHouse;

/// <summary>A server with users of many kinds, all without a password. The embedded engine knows no CREATE USER, so they are written down here.</summary>
public sealed class ManyUsersServerFixture : ClickHouseServerFixture
{
    /// <summary>The database on which users with rights of their own have them.</summary>
    public const string Database = "granted";

    /// <summary>A cluster whose only shard is this server.</summary>
    public const string Alone = "alone";

    private const string Cluster = $"<remote_servers><{Alone}><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></{Alone}></remote_servers>";
    private const string All = "SELECT, INSERT, CREATE TABLE, DROP TABLE, ALTER DELETE, ALTER SETTINGS";
    private const string OfSystem = "SELECT ON system.*";
    private const string Engines = "TABLE ENGINE ON MergeTree; TABLE ENGINE ON Memory";

    /// <summary>Name, and settings of the profile.</summary>
    private static readonly (string Name, string Settings)[] Profiles =
    [
        ("readonly1", "<readonly>1</readonly>"),
        ("readonly2", "<readonly>2</readonly>"),
        ("noddl", "<allow_ddl>0</allow_ddl>"),
        ("fixed", "<constraints><async_insert><readonly/></async_insert></constraints>"),
        ("asynchronous", "<async_insert>1</async_insert><wait_for_async_insert>0</wait_for_async_insert>"),
        ("quorum", "<insert_quorum>2</insert_quorum>"),
        ("onepartition", "<max_partitions_per_insert_block>1</max_partitions_per_insert_block><throw_on_max_partitions_per_insert_block>1</throw_on_max_partitions_per_insert_block>"),
        ("dedup", "<insert_deduplicate>1</insert_deduplicate><deduplicate_insert>enable</deduplicate_insert>"),
        ("hasty", "<max_execution_time>1</max_execution_time><timeout_before_checking_execution_speed>0</timeout_before_checking_execution_speed>"),
        ("waiting", "<mutations_sync>2</mutations_sync><alter_sync>2</alter_sync>"),
        ("unlogged", "<log_queries>0</log_queries>"),
        ("elsewhere", "<session_timezone>Asia/Kathmandu</session_timezone>"),
        ("manythreads", "<max_insert_threads>8</max_insert_threads>"),
        ("threequeries", "<max_concurrent_queries_for_user>3</max_concurrent_queries_for_user>"),
        ("small", "<max_memory_usage>20000000</max_memory_usage>"),
    ];

    /// <summary>Name, and what the user may; several rights are parted by semicolons.</summary>
    private static readonly (string Name, string Rights)[] Limited =
    [
        ("reader", $"SELECT ON {Database}.*"),
        ("writer", $"{All} ON {Database}.*; {OfSystem}; {Engines}"),
        ("own", $"{All} ON {Database}.own__bulkmover_*; {All} ON {Database}.__bulkmover_ledger; SELECT, INSERT, CREATE TABLE ON {Database}.own; {OfSystem}; {Engines}"),
        ("nocluster", $"{All} ON {Database}.*; {OfSystem}; {Engines}; CREATE TEMPORARY TABLE ON *.*"),
        ("noinsert", $"SELECT, CREATE TABLE, DROP TABLE, ALTER DELETE, ALTER SETTINGS ON {Database}.*; {OfSystem}; {Engines}"),
    ];

    protected override string ConfigFile()
    {
        string users = Path.Combine(Root, "users.xml");
        string profiles = string.Concat(Profiles.Select(profile => $"<{profile.Name}>{profile.Settings}</{profile.Name}>"));
        string named = string.Concat(Profiles.Select(profile => User(profile.Name, profile.Name, ""))) + string.Concat(Limited.Select(user =>
            User(user.Name, "default", $"<grants>{string.Concat(user.Rights.Split(';').Select(right => $"<query>GRANT {right}</query>"))}</grants>")));
        File.WriteAllText(users, $"<clickhouse><profiles><default/>{profiles}</profiles><quotas><default/></quotas><users>{User("default", "default", "")}{named}</users></clickhouse>");
        string config = Path.Combine(Root, "config.xml");
        File.WriteAllText(config, $"<clickhouse><timezone>America/New_York</timezone>{Cluster}<users_config>{users}</users_config></clickhouse>");
        return config;
    }

    private static new string User(string name, string profile, string grants) =>
        $"<{name}><networks><ip>127.0.0.1</ip></networks><profile>{profile}</profile><quota>default</quota><password/>{grants}</{name}>";
}
