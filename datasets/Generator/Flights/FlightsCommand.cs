using System.CommandLine;

namespace BulkMover.Datasets.Flights;

/// <summary><c>flights</c>: real public data as Parquet and as Iceberg.</summary>
internal static class FlightsCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The directory that gets flights/ and flights_iceberg/", Required = true };
        var command = new Command("flights", "3,000,000 real flights, fetched with npm: as Parquet and as an Iceberg table") { data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string root = Path.GetFullPath(parsed.GetRequiredValue(data));
            string parquet = Path.Combine(root, "flights", "flights-3m.parquet");
            string iceberg = Path.Combine(root, "flights_iceberg");
            Say(parquet, await FlightsParquet.EnsureAsync(parquet, cancellationToken));
            Say(iceberg, await FlightsIceberg.EnsureAsync(iceberg, parquet, cancellationToken));
        });
        return command;
    }

    private static void Say(string path, bool made) => Console.WriteLine(made ? $"{path}: {FlightsParquet.Rows:N0} rows" : $"{path} is there already.");
}
