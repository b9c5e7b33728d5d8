using System.Globalization;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>What to generate: a table's metadata. The data files that it names are not there.</summary>
/// <param name="Kind">Which metadata.</param>
/// <param name="Files">Data files.</param>
/// <param name="Out">The table's directory.</param>
public sealed record ManyFilesOptions(ManyFilesKind Kind, int Files, string Out)
{
    /// <summary>Files in a manifest, and adds in a part of a checkpoint a hundred times as many: what engines write.</summary>
    public const int FilesPerManifest = 1_000;

    /// <summary>Goes up when the same options give another table.</summary>
    private const int Version = 2;

    private string RecipePath => Path.Combine(Out, "recipe.txt");

    private string Recipe => string.Create(CultureInfo.InvariantCulture, $"many-files v{Version} kind={Kind} files={Files}");

    /// <summary>True when the table is there and complete: the recipe is written last.</summary>
    public bool IsWritten() => File.Exists(RecipePath) && File.ReadAllText(RecipePath) == Recipe;

    public void MarkWritten() => File.WriteAllText(RecipePath, Recipe);

    public IEnumerable<string> Problems()
    {
        if (Files < FilesPerManifest || Files % FilesPerManifest != 0)
            yield return $"--files is {Files}; it must be a multiple of {FilesPerManifest}.";
    }
}

public enum ManyFilesKind
{
    /// <summary>Iceberg v2 without deletes.</summary>
    Iceberg,

    /// <summary>Iceberg v2; to each hundred data files nine position delete files, each of one data file, and one equality delete file of a partition.</summary>
    IcebergDeletes,

    /// <summary>Iceberg v3; every tenth data file has a deletion vector.</summary>
    IcebergVectors,

    /// <summary>Delta with a multi-part checkpoint.</summary>
    Delta,

    /// <summary>Delta with a v2 checkpoint and sidecars; every tenth file has a deletion vector.</summary>
    DeltaSidecars,
}
