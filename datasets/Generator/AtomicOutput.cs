using BulkMover.Core.Errors;

namespace BulkMover.Datasets;

/// <summary>A file or directory that appears under its name when it is complete, or not at all.</summary>
/// <remarks>The temporary name is beside the final one, so that the rename stays within one file system.</remarks>
public sealed class AtomicOutput : IDisposable
{
    private readonly string path;

    public AtomicOutput(string path)
    {
        this.path = Path.GetFullPath(path);
        if (Path.Exists(this.path))
        {
            throw new InvalidInputException(
                "datasets.out_exists", $"'{path}' is there already and is something else. Remove it or choose another place.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(this.path)!);
        TemporaryPath = Path.Combine(Path.GetDirectoryName(this.path)!, $".{Path.GetFileName(this.path)}.{Guid.NewGuid():N}");
    }

    /// <summary>Where to write; nothing is there yet.</summary>
    public string TemporaryPath { get; }

    public void Publish() => Directory.Move(TemporaryPath, path);

    public void Dispose()
    {
        if (Directory.Exists(TemporaryPath)) Directory.Delete(TemporaryPath, recursive: true);
        else File.Delete(TemporaryPath);
    }
}
