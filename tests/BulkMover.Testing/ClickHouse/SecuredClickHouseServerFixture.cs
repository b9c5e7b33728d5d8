namespace BulkMover.Testing.ClickHouse;

/// <summary>A server whose user <c>mover</c> needs a password and has a time zone that is not UTC.</summary>
public sealed class SecuredClickHouseServerFixture : ClickHouseServerFixture
{
    public const string TimeZone = "America/New_York";

    public override string User => "mover";

    public override string Password => "p@ss:w/ord%";

    protected override string ConfigFile()
    {
        string users = Path.Combine(Root, "users.xml");
        File.WriteAllText(users, $"""
            <clickhouse>
              <profiles><default><session_timezone>{TimeZone}</session_timezone></default></profiles>
              <quotas><default/></quotas>
              <users>
                <default><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><password/></default>
                <{User}><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><password>{Password}</password></{User}>
              </users>
            </clickhouse>
            """);
        string config = Path.Combine(Root, "config.xml");
        File.WriteAllText(config, $"<clickhouse><users_config>{users}</users_config></clickhouse>");
        return config;
    }
}
