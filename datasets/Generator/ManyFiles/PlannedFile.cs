using System.Globalization;
using BulkMover.Datasets.Lineitem;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>
/// A data file of the table, a function of its number alone: each thousand files are one day, each fifty of them one region, as a daily
/// job partitioned by both leaves them.
/// </summary>
internal sealed class PlannedFile
{
    private const int FilesPerDay = 1_000;
    private const int FilesPerRegion = 50;

    private static readonly DateOnly FirstDay = new(2022, 1, 1);

    private readonly SplitMix64 seed;

    public PlannedFile(int number)
    {
        Number = number;
        Day = FirstDay.AddDays(number / FilesPerDay);
        Region = string.Create(CultureInfo.InvariantCulture, $"region-{number % FilesPerDay / FilesPerRegion:D2}");
        SplitMix64 random = SplitMix64.Stream(seed: 3, number);
        Rows = random.Between(800_000, 1_200_000);
        Bytes = random.Between(90_000_000, 130_000_000);
        string name = string.Create(CultureInfo.InvariantCulture, $"{number % 200:D5}-{number}-{Uuid(ref random)}-00001.parquet");
        Path = string.Create(CultureInfo.InvariantCulture, $"region={Region}/day={Day:yyyy-MM-dd}/{name}");
        seed = random;
    }

    public int Number { get; }

    public DateOnly Day { get; }

    /// <summary>As Iceberg and its day transform count them.</summary>
    public int DaysSince1970 => Day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public string Region { get; }

    /// <summary>Below the directory of data files.</summary>
    public string Path { get; }

    public int Rows { get; }

    public int Bytes { get; }

    public IReadOnlyList<PlannedColumn> Columns()
    {
        SplitMix64 random = seed;
        long day = DaysSince1970 * 86_400_000_000L;
        long firstEvent = Number * 1_200_000L;
        (object Low, object High)[] bounds =
        [
            (firstEvent, firstEvent + Rows),
            (day + (random.Between(0, 999) * 1000L), day + 86_400_000_000L - (random.Between(1, 999) * 1000L)),
            (Region, Region),
            ((long)random.Between(1, 1_000), 90_000_000L + random.Between(0, 9_999_999)),
            ($"0000{Uuid(ref random)[..12]}", $"ffff{Uuid(ref random)[..12]}"),
            ("android", "web"),
            ((long)random.Between(0, 99), (long)random.Between(1_000_000, 9_999_999)),
            (random.Between(0, 99) / 100.0, random.Between(1_000, 99_999) / 10.0),
            ($"/{Uuid(ref random)[..15]}", $"/z{Uuid(ref random)[..14]}"),
            ((long)random.Between(0, 10), (long)random.Between(900, 1_000)),
        ];
        var columns = new PlannedColumn[bounds.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            int nulls = random.Between(0, 3) == 0 ? random.Between(0, Rows / 100) : 0;
            columns[i] = new PlannedColumn(PlannedTable.Columns[i].Name, bounds[i].Low, bounds[i].High, nulls, random.Between(1_000_000, 20_000_000));
        }

        return columns;
    }

    private static string Uuid(ref SplitMix64 random) =>
        new Guid((int)random.Next(), (short)random.Next(), (short)random.Next(), BitConverter.GetBytes(random.Next())).ToString();
}
